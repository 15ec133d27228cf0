using System.Diagnostics;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;

namespace Formae.Embedded.Functions;

/// <summary>One invocation. What most functions never ask for (scope, items, features, id) is made when somebody asks.</summary>
internal sealed class InvocationContext(CompiledFunction function, object trigger, CancellationToken cancellationToken) : FunctionContext, IResultFeature, IAsyncDisposable
{
    private AsyncServiceScope? _scope;
    private IServiceProvider? _services;
    private InvocationFeatures? _features;
    private IDictionary<object, object>? _items;
    private DataOfTrigger? _data;
    private string? _id;

    /// <summary>What has triggered it: the HttpContext, the message, the dispatcher …</summary>
    public object Trigger { get; } = trigger;

    /// <summary>What belongs to the trigger for this one invocation, such as the means to settle its message.</summary>
    public object? TriggerState { get; init; }

    public object? Result { get; set; }

    public CompiledFunction Function { get; } = function;

    public override string InvocationId => _id ??= Guid.NewGuid().ToString();

    public override string FunctionId => Function.Definition.Id;

    public override FunctionDefinition FunctionDefinition => Function.Definition;

    public override CancellationToken CancellationToken { get; } = cancellationToken;

    public override TraceContext TraceContext { get; } = CurrentTrace.Instance;

    public override RetryContext RetryContext { get; } = NoRetry.Instance;

    public override BindingContext BindingContext => _data ??= new DataOfTrigger(this);

    public override IInvocationFeatures Features => _features ??= new InvocationFeatures(this);

    public override IDictionary<object, object> Items
    {
        get => _items ??= Function.Trigger.ItemsOf(this);
        set => _items = value;
    }

    public override IServiceProvider InstanceServices
    {
        get => _services ??= (_scope ??= Function.App.Scopes.CreateAsyncScope()).ServiceProvider;
        set => _services = value;
    }

    public ValueTask DisposeAsync() => _scope?.DisposeAsync() ?? default;

    private sealed class DataOfTrigger(InvocationContext invocation) : BindingContext
    {
        private IReadOnlyDictionary<string, object?>? _values;

        public override IReadOnlyDictionary<string, object?> BindingData => _values ??= invocation.Function.Trigger.DataOf(invocation);
    }

    private sealed class CurrentTrace : TraceContext
    {
        public static readonly CurrentTrace Instance = new();

        public override string TraceParent => Activity.Current?.Id ?? "";

        public override string TraceState => Activity.Current?.TraceStateString ?? "";
    }

    private sealed class NoRetry : RetryContext
    {
        public static readonly NoRetry Instance = new();

        public override int RetryCount => 0;

        public override int MaxRetryCount => 0;
    }
}
