using System.Collections.Concurrent;

namespace Formae.Coordination.Progress;

/// <summary>
/// Tells followers in this process at once that a command's rows changed. Only a short cut: what another process writes is found by looking.
/// </summary>
public sealed class CommandSignals
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _waiting = new(StringComparer.Ordinal);

    /// <summary>Completes when the command changes next. Whoever takes it before reading misses nothing.</summary>
    public Task NextAsync(string commandId) => _waiting.GetOrAdd(commandId, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    public void Changed(string commandId)
    {
        if (_waiting.TryRemove(commandId, out var waiting))
            waiting.TrySetResult();
    }
}
