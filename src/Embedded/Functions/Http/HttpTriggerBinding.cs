using System.Reflection;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Http;

namespace Formae.Embedded.Functions;

internal sealed class HttpTriggerBinding : TriggerBinding
{
    private readonly HashSet<string> _routeParameters;

    /// <exception cref="StartupException">The route is no route template.</exception>
    public HttpTriggerBinding(FunctionDescriptor function, HttpTriggerAttribute trigger, string prefix)
    {
        Level = trigger.AuthLevel;
        Methods = trigger.Methods is { Length: > 0 } methods ? [.. methods.Select(method => method.ToUpperInvariant())] : null;
        var route = string.Join('/', new[] { prefix, (trigger.Route ?? function.Name).Trim('/') }.Where(part => part.Length > 0));
        try
        {
            Route = RoutePatternFactory.Parse("/" + route);
        }
        catch (RoutePatternException e)
        {
            throw new StartupException($"{function}: the route '{route}' is wrong: {e.Message}", e);
        }

        _routeParameters = Route.Parameters.Select(parameter => parameter.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
    }

    public RoutePattern Route { get; }

    /// <summary>Null: all.</summary>
    public IReadOnlyList<string>? Methods { get; }

    public AuthorizationLevel Level { get; }

    public override string SupportedParameters =>
        $"[HttpTrigger] HttpRequestData, HttpRequest or HttpContext; {(_routeParameters.Count == 0 ? "route parameters (this route has none)" : $"the route's parameters ({string.Join(", ", _routeParameters)})")} as {RouteValue.SupportedTypes}; [FromBody] T";

    public override ParameterBinder? Bind(ParameterInfo parameter, bool isTrigger)
    {
        var type = parameter.ParameterType;
        if (type == typeof(HttpRequestData))
            return BindRequestData;
        if (type == typeof(HttpRequest))
            return invocation => new(((HttpContext)invocation.Trigger).Request);
        if (type == typeof(HttpContext))
            return invocation => new((HttpContext)invocation.Trigger);
        if (parameter.IsDefined(typeof(Microsoft.Azure.Functions.Worker.Http.FromBodyAttribute)))
            return invocation => BodyReader.ReadAsync(invocation, type);
        return !isTrigger && _routeParameters.Contains(parameter.Name!) ? BindRouteValue(parameter) : null;
    }

    public override IReadOnlyDictionary<string, object?> DataOf(InvocationContext invocation)
    {
        var http = (HttpContext)invocation.Trigger;
        var data = new Dictionary<string, object?>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, values) in http.Request.Query)
            data[name] = values.ToString();
        foreach (var (name, value) in http.Request.RouteValues)
            data[name] = value;
        return data;
    }

    public override IDictionary<object, object> ItemsOf(InvocationContext invocation) => new Dictionary<object, object> { [HttpCall.ContextKey] = invocation.Trigger };

    public override void AddFeatures(InvocationFeatures features) => features.Set<IHttpRequestDataFeature>(new HttpCall());

    private static async ValueTask<object?> BindRequestData(InvocationContext invocation) =>
        await invocation.Features.Get<IHttpRequestDataFeature>()!.GetHttpRequestDataAsync(invocation);

    private static ParameterBinder? BindRouteValue(ParameterInfo parameter)
    {
        if (RouteValue.ParserOf(parameter.ParameterType) is not { } parse)
            return null;
        var name = parameter.Name!;
        var absent = parameter.HasDefaultValue ? parameter.DefaultValue
            : parameter.ParameterType.IsValueType ? Activator.CreateInstance(parameter.ParameterType) : null;
        return invocation =>
        {
            if (((HttpContext)invocation.Trigger).Request.RouteValues[name] is not { } given)
                return new(absent);
            var (fits, value) = parse(given as string ?? given.ToString()!);
            return fits ? new(value) : throw new BadRequestException($"The route's parameter '{name}' does not fit.");
        };
    }
}
