using Formae.Coordinator.Http.Access;

namespace Formae.Coordinator.Http.Description;

/// <summary>Who may call an HTTP function, and what it does in one sentence. Every HTTP function has one: without it, it is refused to everybody.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class EndpointAttribute(Role role, string summary) : Attribute
{
    public Role Role { get; } = role;

    public string Summary { get; } = summary;

    /// <summary>More, where one sentence is not enough.</summary>
    public string? Details { get; init; }

    /// <summary>The type of a body that is JSON; null where there is none, or it is a form.</summary>
    public Type? Body { get; init; }
}

/// <summary>A part of a request besides its route's own parameters.</summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public sealed class ParameterAttribute(string name, ParameterPlace place, string description) : Attribute
{
    public string Name { get; } = name;

    public ParameterPlace Place { get; } = place;

    public string Description { get; } = description;

    public bool IsRequired { get; init; }

    /// <summary>A JSON type: <c>string</c>, <c>integer</c> or <c>boolean</c>.</summary>
    public string Type { get; init; } = "string";

    /// <summary>The values there are, separated by <c>|</c>; null for any.</summary>
    public string? Values { get; init; }
}

public enum ParameterPlace
{
    Query,
    Header,

    /// <summary>A field of the form.</summary>
    Form,

    /// <summary>A file of the form.</summary>
    File,
}

/// <summary>One of the answers. What is refused for the same reasons everywhere (access, mistakes of ours) need not be said.</summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public sealed class AnswerAttribute(int status, string description, Type? body = null) : Attribute
{
    public int Status { get; } = status;

    public string Description { get; } = description;

    /// <summary>The type of the JSON body; null for none, and for a refusal its error object.</summary>
    public Type? Body { get; } = body;

    /// <summary>Of a stream of events: the types of their data.</summary>
    public Type[] Events { get; init; } = [];

    /// <summary>Where the body is not JSON.</summary>
    public string ContentType { get; init; } = "application/json";

    /// <summary>A header that comes with it, and what is in it, separated by a colon.</summary>
    public string? Header { get; init; }
}
