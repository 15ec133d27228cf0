using System.Collections.Frozen;
using System.Reflection;
using Microsoft.Azure.Functions.Worker;

namespace Formae.Coordinator.Http.Description;

/// <summary>The HTTP functions of this app by their names, as their attributes declare them.</summary>
internal static class HttpApi
{
    public static FrozenDictionary<string, HttpFunction> Functions { get; } =
        (from type in typeof(HttpApi).Assembly.GetTypes()
         from method in type.GetMethods(BindingFlags.DeclaredOnly | BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static)
         let function = method.GetCustomAttribute<FunctionAttribute>()
         where function is not null
         let trigger = method.GetParameters().Select(parameter => parameter.GetCustomAttribute<HttpTriggerAttribute>()).FirstOrDefault(found => found is not null)
         where trigger is not null
         select new HttpFunction(function.Name, method, trigger)).ToFrozenDictionary(function => function.Name, StringComparer.OrdinalIgnoreCase);
}

internal sealed class HttpFunction(string name, MethodInfo method, HttpTriggerAttribute trigger)
{
    public string Name { get; } = name;

    public MethodInfo Method { get; } = method;

    /// <summary>The path from the root, with the host's prefix.</summary>
    public string Path { get; } = $"/api/{trigger.Route ?? name}";

    public IReadOnlyList<string> Verbs { get; } = [.. (trigger.Methods ?? []).Select(verb => verb.ToLowerInvariant())];

    public AuthorizationLevel Level { get; } = trigger.AuthLevel;

    /// <summary>Null only where it was forgotten.</summary>
    public EndpointAttribute? Endpoint { get; } = method.GetCustomAttribute<EndpointAttribute>();

    public IReadOnlyList<ParameterAttribute> Parameters { get; } = [.. method.GetCustomAttributes<ParameterAttribute>()];

    public IReadOnlyList<AnswerAttribute> Answers { get; } = [.. method.GetCustomAttributes<AnswerAttribute>()];
}
