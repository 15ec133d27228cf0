using Microsoft.Azure.Functions.Worker;

namespace Formae.Embedded.Functions;

/// <summary>Where an invocation keeps what the function has returned.</summary>
internal interface IResultFeature
{
    object? Result { get; set; }
}

internal sealed class ContextResult(IResultFeature results) : InvocationResult
{
    public override object? Value
    {
        get => results.Result;
        set => results.Result = value;
    }
}

internal sealed class ContextResult<T>(IResultFeature results) : InvocationResult<T>
{
    public override T? Value
    {
        get => results.Result switch
        {
            null => default,
            T value => value,
            var other => throw new InvalidOperationException($"The function has returned a {other.GetType()}, not a {typeof(T)}."),
        };
        set => results.Result = value;
    }
}
