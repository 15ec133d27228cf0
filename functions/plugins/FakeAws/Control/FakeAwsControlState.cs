using System.Diagnostics;
using Formae.Model;
using Formae.Protocol.Bus;

namespace Formae.Plugins.FakeAws;

/// <summary>What a test has arranged for the calls to come. Lives as long as the process.</summary>
internal sealed class FakeAwsControlState
{
    private readonly Lock _lock = new();
    private readonly List<Armed> _injections = [];
    private readonly List<Programmed> _programs = [];
    private TaskCompletionSource? _gate;
    private int _stillThrough;
    private volatile bool _quiet = true;

    /// <summary>Whether nothing is arranged, which calls can see without a lock.</summary>
    public bool IsQuiet => _quiet;

    public bool GateIsOpen
    {
        get
        {
            lock (_lock)
                return _gate is null;
        }
    }

    public void Inject(Injection injection) => Arrange(() => _injections.Add(new Armed(injection)));

    public void Program(ProgrammedAnswers program) => Arrange(() => _programs.Add(new Programmed(program, new Queue<ProgramStep>(program.Steps))));

    /// <param name="after">So many calls still go through, those among them that wait already.</param>
    public void CloseGate(int after = 0) => Arrange(() =>
    {
        var before = _gate;
        (_gate, _stillThrough) = (new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), after);
        before?.SetResult();
    });

    public void OpenGate() => Arrange(() =>
    {
        _gate?.SetResult();
        _gate = null;
    });

    public void ClearInjections() => Arrange(_injections.Clear);

    public void ClearPrograms() => Arrange(_programs.Clear);

    public async Task<Problem?> BeforeAsync(FakeCall call, TimeProvider time, CancellationToken cancellationToken)
    {
        while (Closed() is { } gate)
            await gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        if (Take(call, after: false, latency: true) is { } slow)
            await Task.Delay(TimeSpan.FromMilliseconds(slow.LatencyMs), time, cancellationToken).ConfigureAwait(false);
        if (Perform(Take(call, after: false, latency: false)) is { } injected)
            return injected;

        // What a poll answers is no problem of the poll.
        if (call.Verb == OperationVerb.Status || NextStep(call) is not { } step)
            return null;
        if (step.LatencyMs > 0)
            await Task.Delay(TimeSpan.FromMilliseconds(step.LatencyMs), time, cancellationToken).ConfigureAwait(false);
        return step.Code is { } code ? ProblemOf(code, step) : null;
    }

    /// <summary>What a call waits for; null when it goes through.</summary>
    private Task? Closed()
    {
        lock (_lock)
        {
            if (_gate is null)
                return null;
            if (_stillThrough == 0)
                return _gate.Task;
            _stillThrough--;
            return null;
        }
    }

    public static Problem ProblemOf(string code, ProgramStep step) => new() { Code = code, Message = step.Message, RetryAfter = Milliseconds(step.RetryAfterMs) };

    public Problem? After(FakeCall call) => Perform(Take(call, after: true, latency: false));

    private static Problem? Perform(Injection? injection)
    {
        switch (injection)
        {
            case null:
                return null;
            case { Kind: InjectionKind.Exception }:
                throw new InvalidOperationException(injection.Message);
            case { Kind: InjectionKind.Crash }:
                Process.GetCurrentProcess().Kill();
                return null;
            default:
                return new Problem { Code = injection.Code, Message = injection.Message, RetryAfter = Milliseconds(injection.RetryAfterMs) };
        }
    }

    private Injection? Take(FakeCall call, bool after, bool latency)
    {
        lock (_lock)
        {
            var armed = _injections.Find(a => a.Injection.AfterTheWork == after && a.Injection.Kind == InjectionKind.Latency == latency && Matches(a.Injection, call));
            if (armed is null)
                return null;
            if (armed.Injection.Count > 0 && ++armed.Used == armed.Injection.Count)
                _injections.Remove(armed);
            SeeWhetherQuiet();
            return armed.Injection;
        }
    }

    private static bool Matches(Injection injection, FakeCall call) =>
        (injection.Operation is null || injection.Operation == call.Verb)
        && (injection.ResourceType is null || string.Equals(injection.ResourceType, call.Type, StringComparison.OrdinalIgnoreCase));

    /// <summary>What is programmed for this call; null when nothing is.</summary>
    public ProgramStep? NextStep(FakeCall call)
    {
        lock (_lock)
        {
            var program = _programs.Find(p => (p.Program.Key == call.Key || p.Program.Key == "*") && (p.Program.Operation is null || p.Program.Operation == call.Verb));
            if (program is null || !program.Rest.TryDequeue(out var step))
                return null;
            if (program.Rest.Count == 0)
                _programs.Remove(program);
            SeeWhetherQuiet();
            return step;
        }
    }

    private void Arrange(Action change)
    {
        lock (_lock)
        {
            change();
            SeeWhetherQuiet();
        }
    }

    private void SeeWhetherQuiet() => _quiet = _injections.Count == 0 && _programs.Count == 0 && _gate is null;

    private static TimeSpan? Milliseconds(int? count) => count is { } ms ? TimeSpan.FromMilliseconds(ms) : null;

    private sealed class Armed(Injection injection)
    {
        public Injection Injection { get; } = injection;

        public int Used { get; set; }
    }

    private sealed record Programmed(ProgrammedAnswers Program, Queue<ProgramStep> Rest);
}
