using System.Collections.Immutable;
using System.Reflection;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

namespace Formae.Embedded.Functions;

/// <summary>A function as its method declares it.</summary>
internal sealed class FunctionDescriptor : FunctionDefinition
{
    private FunctionDescriptor(string name, MethodInfo method, ParameterInfo triggerParameter, TriggerBindingAttribute trigger)
    {
        Name = name;
        Method = method;
        TriggerParameter = triggerParameter;
        Trigger = trigger;
        EntryPoint = $"{method.DeclaringType!.FullName}.{method.Name}";
        Parameters = [.. method.GetParameters().Select(parameter => new FunctionParameter(parameter.Name!, parameter.ParameterType))];
        InputBindings = ImmutableDictionary.CreateRange(method.GetParameters()
            .Select(parameter => (parameter.Name, Attribute: parameter.GetCustomAttribute<BindingAttribute>()))
            .Where(binding => binding.Attribute is not null)
            .Select(binding => KeyValuePair.Create(binding.Name!, (BindingMetadata)new Metadata(binding.Name!, TypeOf(binding.Attribute!)))));
    }

    public MethodInfo Method { get; }

    public ParameterInfo TriggerParameter { get; }

    public TriggerBindingAttribute Trigger { get; }

    public override ImmutableArray<FunctionParameter> Parameters { get; }

    public override string PathToAssembly => Method.DeclaringType!.Assembly.Location;

    public override string EntryPoint { get; }

    public override string Id => Name;

    public override string Name { get; }

    public override IImmutableDictionary<string, BindingMetadata> InputBindings { get; }

    public override IImmutableDictionary<string, BindingMetadata> OutputBindings { get; } = ImmutableDictionary<string, BindingMetadata>.Empty;

    /// <exception cref="StartupException">The method cannot be a function; the message names it.</exception>
    public static FunctionDescriptor Of(MethodInfo method)
    {
        var name = method.GetCustomAttribute<FunctionAttribute>()!.Name;
        var where = $"Function '{name}' ({method.DeclaringType}.{method.Name})";
        if (string.IsNullOrWhiteSpace(name))
            throw new StartupException($"{where} has no name.");
        if (!method.IsPublic)
            throw new StartupException($"{where} is not public; the real host would not find it.");
        if (method.ContainsGenericParameters)
            throw new StartupException($"{where} is generic; a function cannot be.");
        if (!method.IsStatic && method.DeclaringType!.IsAbstract)
            throw new StartupException($"{where} is an instance method of an abstract class; the host cannot make an instance.");
        if (method.GetParameters().FirstOrDefault(parameter => parameter.ParameterType.IsByRef) is { } reference)
            throw new StartupException($"{where}: parameter '{reference.Name}' is passed by reference; a function's parameters are values.");
        if (method.ReturnType == typeof(void) && method.IsDefined(typeof(System.Runtime.CompilerServices.AsyncStateMachineAttribute)))
            throw new StartupException($"{where} is async void: nobody could wait for it. Return a Task.");
        var triggers = method.GetParameters().Select(parameter => (Parameter: parameter, Attribute: parameter.GetCustomAttribute<TriggerBindingAttribute>())).Where(pair => pair.Attribute is not null).ToArray();
        return triggers.Length switch
        {
            1 => new FunctionDescriptor(name, method, triggers[0].Parameter, triggers[0].Attribute!),
            0 => throw new StartupException($"{where} has no trigger: one parameter needs {TriggerBinding.Supported}."),
            _ => throw new StartupException($"{where} has {triggers.Length} triggers ({string.Join(", ", triggers.Select(pair => pair.Parameter.Name))}); it may have one."),
        };
    }

    public override string ToString() => $"Function '{Name}' ({EntryPoint})";

    private static string TypeOf(BindingAttribute attribute)
    {
        var name = attribute.GetType().Name;
        name = name.EndsWith("Attribute", StringComparison.Ordinal) ? name[..^"Attribute".Length] : name;
        return char.ToLowerInvariant(name[0]) + name[1..];
    }

    private sealed class Metadata(string name, string type) : BindingMetadata
    {
        public override string Name { get; } = name;

        public override string Type { get; } = type;

        public override BindingDirection Direction => BindingDirection.In;
    }
}
