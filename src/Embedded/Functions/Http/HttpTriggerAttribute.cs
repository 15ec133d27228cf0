using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>Calls the function for each matching request. The parameter is HttpRequestData, HttpRequest or HttpContext.</summary>
public sealed class HttpTriggerAttribute : TriggerBindingAttribute
{
    public HttpTriggerAttribute() : this(AuthorizationLevel.Function)
    {
    }

    public HttpTriggerAttribute(params string[] methods) : this(AuthorizationLevel.Function, methods)
    {
    }

    public HttpTriggerAttribute(AuthorizationLevel authLevel) => AuthLevel = authLevel;

    public HttpTriggerAttribute(AuthorizationLevel authLevel, params string[] methods) => (AuthLevel, Methods) = (authLevel, methods);

    /// <summary>Below the prefix of host.json (default: api). Default: the function's name.</summary>
    public string? Route { get; set; }

    /// <summary>Default: all.</summary>
    public string[]? Methods { get; }

    /// <summary>Default: <see cref="AuthorizationLevel.Function"/>.</summary>
    public AuthorizationLevel AuthLevel { get; }
}

public enum AuthorizationLevel
{
    Anonymous = 0,
    User = 1,
    Function = 2,
    System = 3,
    Admin = 4,
}

/// <summary>The property of a function's result that is the response.</summary>
[AttributeUsage(AttributeTargets.Property, AllowMultiple = false)]
public sealed class HttpResultAttribute : OutputBindingAttribute
{
    public HttpResultAttribute()
    {
    }
}
