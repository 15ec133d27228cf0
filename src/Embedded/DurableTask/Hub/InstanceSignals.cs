using System.Collections.Concurrent;

namespace Formae.Embedded.DurableTask;

/// <summary>Tells those who wait for an instance that there is something new to read.</summary>
internal sealed class InstanceSignals
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _waiting = new(StringComparer.Ordinal);

    /// <summary>Reads until <paramref name="read"/> answers, each time something about the instance was committed.</summary>
    public async Task<T> WaitAsync<T>(string instanceId, Func<T?> read, CancellationToken cancellationToken)
        where T : class
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var signal = _waiting.GetOrAdd(instanceId, static _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
            if (read() is { } answer)
            {
                // Others may wait on the same signal for something that has not happened yet: they look again.
                if (_waiting.TryRemove(KeyValuePair.Create(instanceId, signal)))
                    signal.TrySetResult();
                return answer;
            }

            await signal.Task.WaitAsync(cancellationToken);
        }
    }

    public void Changed(string instanceId)
    {
        if (_waiting.TryRemove(instanceId, out var signal))
            signal.TrySetResult();
    }
}
