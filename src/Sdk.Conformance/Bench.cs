using System.Diagnostics;
using System.Text.Json;
using Formae.Model;
using Formae.Protocol.Bus;
using Formae.Protocol.Samples;

namespace Formae.Sdk.Conformance;

/// <summary>What all samples are tried on: the plugin, its target, and the way of an operation to its end, which is the control plane's.</summary>
internal sealed class Bench(IPluginUnderTest plugin, ConformanceFile file, IReadOnlyDictionary<string, string> variables, JsonElement? target, FaultyWay way, CancellationToken cancellationToken)
{
    private const int MostAttempts = 10;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan MostRetryAfter = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(500);

    private readonly KsuidSource _ksuids = new(TimeProvider.System);
    private readonly Dictionary<string, AnnouncedShape> _types = plugin.Announcement.ResourceTypes.ToDictionary(type => type.Type, type => new AnnouncedShape(type), StringComparer.OrdinalIgnoreCase);
    private CancellationTokenSource? _cleaning;
    private int _operations;

    public IPluginUnderTest Plugin { get; } = plugin;

    public ConformanceFile File { get; } = file;

    public Placeholders Placeholders { get; } = new(variables);

    /// <summary>Where faults between the plugin and its servers come from.</summary>
    public FaultyWay Way { get; } = way;

    /// <summary>What one sample and the target have for secrets, and what was said since.</summary>
    public Heard Heard { get; private set; } = new();

    /// <summary>The run's, and while something is removed the one of that.</summary>
    public CancellationToken CancellationToken => _cleaning?.Token ?? cancellationToken;

    /// <summary>Whether the run is to end before everything was tried.</summary>
    public bool IsCancelled => cancellationToken.IsCancellationRequested;

    /// <summary>Has operations go on until this is over, or has taken too long: what was made is removed although the run was cancelled.</summary>
    public IDisposable Clean()
    {
        var cleaning = _cleaning = new CancellationTokenSource(Patience);
        return new Cleaning(() =>
        {
            _cleaning = null;
            cleaning.Dispose();
        });
    }

    /// <summary>Another sample begins.</summary>
    public void ListenAnew()
    {
        Heard = new Heard();
        if (target is { } config)
            Heard.Keep(config, HintTree.None);
    }

    /// <summary>A key of the target's config that the plugin does not announce, so that no document could have it; null when there is none.</summary>
    public string? UnannouncedKey => Plugin.Announcement.TargetConfig is { Fields: { Count: > 0 } known } && target is { ValueKind: JsonValueKind.Object } config
        ? config.EnumerateObject().Select(member => member.Name).FirstOrDefault(name => !known.Contains(name))
        : null;

    public AnnouncedShape? Find(string type) => _types.GetValueOrDefault(type);

    public string Ksuid() => _ksuids.Next();

    /// <summary>A new operation on an object.</summary>
    public OperationRequest Request(OperationVerb verb, Thing thing) => new()
    {
        OperationId = $"{thing.Unique}/{thing.Ksuid}/{verb.ToString().ToLowerInvariant()}-{Interlocked.Increment(ref _operations)}",
        Verb = verb,
        Ksuid = thing.Ksuid,
        ResourceType = thing.Type.Name,
        Label = thing.Sample,
        Stack = "conformance",
        Target = "conformance",
        TargetConfig = target is { } config ? Plugin.Seal.Close(config, schema: null) : null,
        ReportTo = BusContract.ReportQueue,
    };

    /// <summary>One request and its report, which is looked through for secrets later.</summary>
    public Task<OperationReport> ServeAsync(OperationRequest request, Instance instance = Instance.First) => HearAsync(request, Plugin.ServeAsync(request, instance, CancellationToken));

    /// <summary>Takes note of a report that is on its way.</summary>
    public async Task<OperationReport> HearAsync(OperationRequest request, Task<OperationReport> coming)
    {
        var report = await coming.ConfigureAwait(false);
        Heard.Say($"the report of a {request.Verb.ToString().ToLowerInvariant()}", JsonSerializer.Serialize(report, BusJson.Default.OperationReport));
        return report;
    }

    /// <summary>An operation to its end, as the control plane does it: polled while it is in progress, begun anew when it failed and may.</summary>
    public async Task<OperationReport> CompleteAsync(OperationRequest request, Instance instance = Instance.First, OperationReport? first = null)
    {
        var begun = Stopwatch.GetTimestamp();
        var pause = TimeSpan.FromMilliseconds(10);
        for (var attempt = request; ; pause = Shorter(pause * 2))
        {
            var polled = false;
            var report = first ?? await ServeAsync(attempt, instance).ConfigureAwait(false);
            first = null;
            if (report.Status == OperationStatus.InProgress)
                (report, polled) = (await PollAsync(attempt, report, instance).ConfigureAwait(false), true);
            if (report.Status != OperationStatus.Failure || report.Problem is not { IsRecoverable: true, Code: not ProblemCodes.NotFound } problem
                || attempt.Attempt >= MostAttempts || Stopwatch.GetElapsedTime(begun) > Patience)
                return report;
            await Task.Delay(Way.IsStriking ? Moment : problem.RetryAfter is { } asked ? (asked < MostRetryAfter ? asked : MostRetryAfter) : pause, CancellationToken).ConfigureAwait(false);
            attempt = attempt with
            {
                Attempt = attempt.Attempt + 1,
                Sequence = report.Sequence + 1,
                Doubt = polled ? Doubt.Leftover : problem.LeavesDoubt ? Doubt.Unheard : attempt.Doubt,

                // As the control plane does: what the first attempt has changed is not drift.
                Expected = null,
            };
        }
    }

    private async Task<OperationReport> PollAsync(OperationRequest request, OperationReport report, Instance instance)
    {
        var begun = Stopwatch.GetTimestamp();
        var failures = 0;
        for (var pause = TimeSpan.FromMilliseconds(1); ; pause = Shorter(pause * 2))
        {
            var poll = request with { Verb = OperationVerb.Status, RequestId = report.RequestId, NativeId = report.NativeId ?? request.NativeId, Sequence = report.Sequence + 1, PriorProperties = Prior(request) };
            var said = await ServeAsync(poll, instance).ConfigureAwait(false);
            if (said.Status == OperationStatus.InProgress)
                report = said;
            else if (said is { CallFailed: true, Problem.IsRecoverable: true } && ++failures < MostAttempts)
                report = said with { RequestId = said.RequestId ?? report.RequestId, NativeId = said.NativeId ?? report.NativeId };
            else
                return said;
            if (Stopwatch.GetElapsedTime(begun) > Patience)
                throw new BrokenRuleException($"A {request.Verb.ToString().ToLowerInvariant()} was still in progress after {Patience.TotalMinutes:0} minutes.");
            await Task.Delay(pause, CancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>With a poll goes what the object shall have become; of a delete, what it was.</summary>
    private JsonElement? Prior(OperationRequest request) =>
        request.Properties is { } desired ? SecretValues.Redacted(desired, Find(request.ResourceType)?.Schema) : request.PriorProperties;

    private sealed class Cleaning(Action end) : IDisposable
    {
        public void Dispose() => end();
    }

    private static TimeSpan Shorter(TimeSpan pause) => pause < LongestPause ? pause : LongestPause;
}
