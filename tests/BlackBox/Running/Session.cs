using Formae.BlackBox.Tests.Scripts;
using Formae.BlackBox.Tests.Systems;
using Formae.Plugins.FakeAws;
using Formae.Protocol.Bus;

namespace Formae.BlackBox.Tests.Running;

/// <summary>Many scripts on one system, one after the other. A system in which one failed is not used again.</summary>
/// <param name="start">Starts a system.</param>
/// <param name="prefix">Of all names: another one where a system has had sessions before.</param>
internal sealed class Session(Func<Task<ISystem>> start, string prefix = "r") : IAsyncDisposable
{
    private ISystem? _system;
    private int _runs;

    public Tally Tally { get; } = new();

    /// <returns>Null, or what went wrong.</returns>
    public async Task<Failure?> RunAsync(Script script)
    {
        _system ??= await start();
        var failure = await Run.ExecuteAsync(_system, script, $"{prefix}{++_runs}", Tally);
        if (failure is null && _system.IsWornOut && await FinishAsync() is { } left)
            failure = new Failure(script, Rules.NothingIsLeftBehind, left, "This is seen of all sequences since the start of the system together.");
        if (failure is not null || _system is { IsWornOut: true })
            await AbandonAsync();
        return failure;
    }

    /// <summary>What can only be seen of everything together: what plugins were asked for, and what is left on the disk.</summary>
    public async Task<string?> FinishAsync()
    {
        if (_system is null)
            return null;
        if ((await _system.CallsAsync()).FirstOrDefault(call => !IsWhole(call)) is { } call)
            return $"{Rules.CallsAreWhole}: {call}";
        return await _system.FinishAsync() is { Count: > 0 } left ? $"{Rules.NothingIsLeftBehind}: {string.Join(", ", left)}" : null;
    }

    public async ValueTask DisposeAsync() => await AbandonAsync();

    private static bool IsWhole(RecordedCall call) => call.ResourceType.Length > 0 && (call.NativeId is not null || call.Operation is OperationVerb.Create or OperationVerb.List);

    private async Task AbandonAsync()
    {
        if (_system is not { } system)
            return;
        _system = null;
        await system.DisposeAsync();
    }
}
