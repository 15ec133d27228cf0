using Formae.BlackBox.Tests.Scripts;
using Formae.BlackBox.Tests.Systems;

namespace Formae.BlackBox.Tests.Running;

/// <summary>Many scripts on one system, one after the other. A system in which one failed is not used again.</summary>
/// <param name="start">Starts a system.</param>
internal sealed class Session(Func<Task<ISystem>> start) : IAsyncDisposable
{
    private ISystem? _system;
    private int _runs;

    public Tally Tally { get; } = new();

    /// <returns>Null, or what went wrong.</returns>
    public async Task<Failure?> RunAsync(Script script)
    {
        _system ??= await start();
        var failure = await Run.ExecuteAsync(_system, script, $"r{++_runs}", Tally);
        if (failure is null && _system.IsWornOut && await FinishAsync() is { } left)
            failure = new Failure(script, Rules.NothingIsLeftBehind, left, "This is seen of all sequences since the start of the system together.");
        if (failure is not null || _system is { IsWornOut: true })
            await AbandonAsync();
        return failure;
    }

    /// <summary>What can only be seen of everything together: what is left on the disk.</summary>
    public async Task<string?> FinishAsync() => _system is null || await _system.FinishAsync() is not { Count: > 0 } left ? null : $"{Rules.NothingIsLeftBehind}: {string.Join(", ", left)}";

    public async ValueTask DisposeAsync() => await AbandonAsync();

    private async Task AbandonAsync()
    {
        if (_system is not { } system)
            return;
        _system = null;
        await system.DisposeAsync();
    }
}
