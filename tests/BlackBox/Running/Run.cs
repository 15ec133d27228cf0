using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Formae.BlackBox.Tests.Scripts;
using Formae.BlackBox.Tests.Systems;
using Formae.BlackBox.Tests.Worlds;
using Formae.Plugins.FakeAws;
using Formae.Protocol.Bus;
using Formae.Protocol.Http;

namespace Formae.BlackBox.Tests.Running;

/// <summary>One script on one system: carries the steps out, keeps the model, and looks whether everything is as it must be.</summary>
internal sealed partial class Run
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(10);

    private readonly ISystem _system;
    private readonly Script _script;
    private readonly Profile _profile;
    private readonly Slots _slots;
    private readonly Documents _documents;
    private readonly World _world;
    private readonly Dictionary<string, CloudItem> _strangers = new(StringComparer.Ordinal);
    private readonly Dictionary<int, List<string>> _history = [];
    private readonly Tally _tally;
    private readonly Diary _diary = new();
    private readonly string _prefix;
    private bool _isSynchronizing;
    private bool _wasObservedAlone;
    private bool _mayNotBeRead;
    private int _strange;

    private Run(ISystem system, Script script, string prefix, Tally tally)
    {
        (_system, _script, _prefix, _tally) = (system, script, prefix, tally);
        _profile = Profile.Named(script.Profile);
        _slots = _profile.Slots;
        _documents = new Documents(prefix, _profile);
        _world = new World(_profile);
    }

    /// <param name="system">Where; it is left as it was found unless the run fails.</param>
    /// <param name="script">What.</param>
    /// <param name="prefix">Of all its names: unique in the system.</param>
    /// <param name="tally">Counts what happens.</param>
    /// <returns>Null, or what went wrong.</returns>
    public static async Task<Failure?> ExecuteAsync(ISystem system, Script script, string prefix, Tally tally)
    {
        var run = new Run(system, script, prefix, tally);
        try
        {
            await run.ExecuteAsync();
            return null;
        }
        catch (Violation violation)
        {
            return new Failure(script, violation.Kind, violation.What, run._diary.ToString());
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return new Failure(script, Rules.NothingBreaks, e.ToString(), run._diary.ToString());
        }
        finally
        {
            system.SetWeather(null);
            system.RefuseStorage(0, 0);
        }
    }

    private async Task ExecuteAsync()
    {
        _system.SetWeather(_script.HasWeather ? _script.Seed : null);
        foreach (var step in _script.Steps)
        {
            _diary.Step(step);
            await HarvestAsync();
            await ProgramAsync(step.Faults);
            await DoAsync(step);
            if (_profile.WaitsForEach)
                await AllEndedAsync();
        }

        await FinishAsync();
    }

    /// <summary>Everything ends, one synchronisation sees all, everything is as it must be, and everything can be destroyed.</summary>
    private async Task FinishAsync()
    {
        _diary.Step("the end");
        _system.SetWeather(null);
        await _system.ClearProgramsAsync();
        RefuseStorage(0, 0);
        _mayNotBeRead = false;
        await AllEndedAsync();
        await SynchronizeWhollyAsync();
        await VerifyAsync(isSynchronized: true);
        await DestroyEverythingAsync();
    }

    private async Task DoAsync(Step step)
    {
        switch (step)
        {
            case Step.Apply apply:
                await ApplyAsync(apply);
                break;
            case Step.Destroy destroy:
                Take(step, await _system.SubmitAsync(new Order { Destroys = true, Cascades = destroy.Cascades, Document = _documents.OfNames(destroy.Labels) }), destroy.Stack);
                break;
            case Step.Verify:
                await AllEndedAsync();
                await VerifyAsync(isSynchronized: false);
                break;
            case Step.Synchronize synchronize:
                await BeginSynchronizationAsync();
                if (synchronize.Waits)
                    await EndOfSynchronizationAsync();
                break;
            case Step.SetTimeToLive ttl:
                _documents.SetTimeToLive(ttl.Stack, ttl.IsOver && !_system.ExpiresByItself);
                Take(step, await _system.SubmitAsync(new Order { Document = _documents.OfPolicies(ttl.Stack) }), ttl.Stack);
                break;
            case Step.CheckTimeToLive:
                foreach (var command in await _system.CheckTimeToLiveAsync())
                    Begin(new Undertaking(command, null, null, Reconciles: false), planned: null);
                break;
            case Step.ForceReconcile reconcile:
                Take(step, await _system.ReconcileAsync(_documents.StackOf(reconcile.Stack)), reconcile.Stack, declared: null, reconciles: true);
                break;
            case Step.RollBack back when _history.GetValueOrDefault(back.Stack) is { } commands && commands.Count > back.Back:
                Take(step, await _system.SubmitAsync(new Order { RollBack = (_documents.StackOf(back.Stack), commands[^(back.Back + 1)]) }), back.Stack, declared: null, reconciles: true);
                break;
            case Step.RollBack:
                _diary.Note("there is no such command");
                break;
            case Step.Cancel cancel:
                await CancelAsync(cancel.Forces);
                break;
            case Step.Poison poison:
                await _system.PoisonAsync(poison.Queue);
                _tally.Count("poison");
                break;
            case Step.Crash crash:
                await CrashAsync(crash);
                break;
            case Step.RefuseStorage refuse:
                RefuseStorage(refuse.Status, refuse.Times);
                break;
            case Step.ApplyTwice twice:
                await ApplyTwiceAsync(twice);
                break;
            default:
                await DisturbCloudAsync(step);
                break;
        }
    }

    private void Begin(Undertaking undertaking, IReadOnlyList<Protocol.Http.ResourceUpdate>? planned)
    {
        undertaking.IsDisturbed = _script.HasWeather;
        Fits(_world.Begin(undertaking, planned));
        if (undertaking.Stack is { } stack)
            (_history.TryGetValue(stack, out var commands) ? commands : _history[stack] = []).Add(undertaking.CommandId);
    }

    private static void Fits(IEnumerable<string> problems)
    {
        if (problems.ToList() is { Count: > 0 } some)
            throw new Violation(Rules.PlanFits, string.Join(Environment.NewLine, some));
    }

    private async Task CancelAsync(bool forces)
    {
        if (_world.Running is not [.., var newest] || !await _system.CancelAsync(newest.CommandId, forces))
        {
            _diary.Note("there is nothing to cancel");
            return;
        }

        _tally.Count(forces ? "canceled by force" : "canceled");
        _world.Cancel(newest, forces);
    }

    private async Task CrashAsync(Step.Crash crash)
    {
        var before = await _system.MessagesAsync();
        await UntilAsync(TimeSpan.FromSeconds(2), async () =>
        {
            await HarvestAsync();
            return _world.Running.Count == 0 || await _system.MessagesAsync() >= before + crash.AfterMessages;
        });
        _diary.Note($"{_world.Running.Count} command(s) run");
        _tally.Count(_world.Running.Count > 0 ? "crashes in a command" : "crashes beside");
        _world.DisturbAll();
        await _system.CrashAsync(crash.Victim);
    }

    /// <summary>Takes note of the commands that have ended, in the order in which they were accepted.</summary>
    private async Task HarvestAsync()
    {
        if (_isSynchronizing && await SynchronizationAsync() is { } ended)
            NoteSynchronization(ended);
        foreach (var undertaking in _world.Running.ToList())
        {
            if (await _system.FindAsync(undertaking.CommandId) is not { } command || !States.IsFinal(command.State))
                continue;
            _diary.Note($"{command.CommandId} is over: {command.State}{string.Concat((command.ResourceUpdates ?? []).Where(update => update.State != States.Success).Select(update => $"; {update.Operation} {update.ResourceLabel} {update.State} {update.ErrorMessage}"))}");
            _tally.Count($"commands {command.State}");
            foreach (var update in command.ResourceUpdates ?? [])
                _tally.Count($"updates {update.State}");
            if (_world.End(undertaking, command).ToList() is { Count: > 0 } problems)
                throw new Violation(Rules.NothingFailsWithoutReason, string.Join(Environment.NewLine, problems));
        }
    }

    private async Task AllEndedAsync()
    {
        if (_isSynchronizing)
            await EndOfSynchronizationAsync();
        var isOver = await UntilAsync(_system.Patience, async () =>
        {
            await HarvestAsync();
            return _world.Running.Count == 0;
        });
        if (isOver)
        {
            await SettleAsync();
            return;
        }

        var stuck = new List<string>();
        foreach (var undertaking in _world.Running)
        {
            var command = await _system.FindAsync(undertaking.CommandId);
            stuck.Add($"{undertaking.CommandId} is {command?.State ?? "not known"}: {string.Join("; ", (command?.ResourceUpdates ?? []).Where(update => !States.IsFinal(update.State)).Select(update => $"{update.Operation} {update.ResourceLabel} {update.State} attempt {update.CurrentAttempt} {update.StateMessage}"))}");
        }

        throw new Violation(Rules.CommandEnds, $"After {_system.Patience.TotalSeconds:0} s: {string.Join(Environment.NewLine, stuck)}");
    }

    private async Task SettleAsync()
    {
        if (!_world.HasLooseEnds)
            return;
        if (!await UntilAsync(_system.Patience, _system.IsQuietAsync))
            throw new Violation(Rules.CommandEnds, $"Messages go on for {_system.Patience.TotalSeconds:0} s after all commands have ended.");
        _world.Settle();
    }

    /// <summary>What is written last may come a moment later than the end of its command: so it is looked at until all is well, for a while.</summary>
    private async Task VerifyAsync(bool isSynchronized)
    {
        List<Violation> broken = [];
        if (await UntilAsync(_system.Settling, IsWellAsync))
            return;

        // How long a while is the machine says: nothing is judged while messages are under way.
        await UntilAsync(_system.Patience, _system.IsQuietAsync);
        if (!await IsWellAsync())
            throw new Violation(broken[0].Kind, string.Join(Environment.NewLine, broken.Select(one => one.What)));

        async Task<bool> IsWellAsync() =>
            (broken = [.. new Invariants(_world, _documents, _strangers).Broken(await _system.InventoryAsync(), await _system.CloudAsync(), isSynchronized)]).Count == 0;
    }

    private static async Task<bool> UntilAsync(TimeSpan within, Func<Task<bool>> look)
    {
        var clock = Stopwatch.StartNew();
        while (!await look())
        {
            if (clock.Elapsed > within)
                return false;
            await Task.Delay(Look);
        }

        return true;
    }
}
