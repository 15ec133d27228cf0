using System.Collections.Frozen;
using Formae.Model;
using Formae.Protocol.Bus;
using Formae.Protocol.Secrets;
using Formae.Telemetry;

namespace Formae.Sdk;

/// <summary>
/// Serves one operation: checks that the request is this plugin's, opens its secrets, calls the handler within the deadline and reports everything that
/// was learned. It never retries: only the engine decides on that.
/// </summary>
public sealed class Operator
{
    // A handler that minds its token ends at the deadline; one that does not is waited for a little longer and then left behind.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan LongestTimeout = TimeSpan.FromDays(1);

    private static readonly string[] ThrottlingTexts = ["ThrottlingException", "Throttling", "Rate exceeded", "TooManyRequestsException", "RequestLimitExceeded"];

    private readonly FrozenDictionary<string, ServedType> _types;
    private readonly SecretSeal _seal;
    private readonly TimeProvider _time;

    /// <summary>An operator for the types of one namespace.</summary>
    /// <param name="pluginNamespace">The namespace that the plugin serves, compared without regard to case.</param>
    /// <param name="pluginVersion">Named in every report.</param>
    /// <param name="types">What it serves; each name once.</param>
    /// <param name="seal">Opens the secrets of requests and closes those of reports.</param>
    /// <param name="time">The clock of deadlines and reports.</param>
    /// <exception cref="ArgumentException">A type belongs to another namespace, or is there twice.</exception>
    public Operator(string pluginNamespace, string pluginVersion, IEnumerable<ServedType> types, SecretSeal seal, TimeProvider time)
    {
        Namespace = pluginNamespace;
        Version = pluginVersion;
        _seal = seal;
        _time = time;
        Types = [.. types];
        if (Types.FirstOrDefault(t => !SameNamespace(t.Name)) is { } stranger)
            throw new ArgumentException($"{stranger.Name} is not of the namespace '{pluginNamespace}' that plugin.json names.", nameof(types));
        if (Types.GroupBy(t => t.Name, StringComparer.OrdinalIgnoreCase).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw new ArgumentException($"{twice.Key} is served twice.", nameof(types));
        _types = Types.ToFrozenDictionary(t => t.Name, StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>The namespace that is served.</summary>
    public string Namespace { get; }

    /// <summary>The plugin's version.</summary>
    public string Version { get; }

    /// <summary>What is served.</summary>
    public IReadOnlyList<ServedType> Types { get; }

    /// <summary>Serves one operation. Whatever goes wrong with it is in the report.</summary>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled: the app stops, and the operation is to be delivered again.</exception>
    public Task<OperationReport> ExecuteAsync(OperationRequest request, CancellationToken cancellationToken) => ExecuteAsync(request, delivery: 1, cancellationToken);

    /// <summary>Serves one operation whose message may have been delivered before. Whatever goes wrong with it is in the report.</summary>
    /// <param name="request">What to do.</param>
    /// <param name="delivery">How often the message was delivered, from 1. What was delivered before may have been done before, too.</param>
    /// <param name="cancellationToken">The app stops.</param>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled: the operation is to be delivered again.</exception>
    public async Task<OperationReport> ExecuteAsync(OperationRequest request, int delivery, CancellationToken cancellationToken)
    {
        var startedAt = _time.GetUtcNow();
        using var span = CallSpans.Process(request);
        var call = new Call(request, _seal) { Doubt = delivery > 1 ? Doubt.Unheard : request.Doubt };
        CallSecrets.Enter(call);
        var begun = CallMeasures.Begin(request);
        Outcome? served = null;
        try
        {
            served = Refuse(request) is { } refusal ? Outcome.Failed(refusal)
                : IsInDoubt(request, delivery) ? Unserved
                : await ServeAsync(call, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            CallMeasures.End(request, _types.ContainsKey(request.ResourceType), served, begun);
        }

        var outcome = served.Value;
        if (outcome.Problem is { } problem)
        {
            span.Fail(problem.Code);
            outcome = outcome with { Problem = problem with { Message = call.Scrub(problem.Message) } };
        }

        span?.SetTag(Attributes.Outcome, outcome.Status.ToString());
        return new OperationReport
        {
            OperationId = request.OperationId,
            Attempt = request.Attempt,
            Sequence = request.Sequence,
            Verb = request.Verb,
            Ksuid = request.Ksuid,
            ResourceType = request.ResourceType,
            Status = outcome.Status,
            NativeId = outcome.NativeId,
            RequestId = outcome.RequestId,
            Properties = outcome.Properties,
            NativeIds = outcome.NativeIds,
            NextPageToken = outcome.NextPageToken,
            Problem = outcome.Problem,
            CallFailed = outcome.CallFailed,
            WasThere = outcome.WasThere,
            IsUnserved = outcome.IsUnserved,
            Message = outcome.Message is { } message ? call.Scrub(message) : null,
            TraceParent = span?.Id ?? request.TraceParent,
            StartedAt = startedAt,
            FinishedAt = _time.GetUtcNow(),
            ProcessId = Environment.ProcessId,
            PluginVersion = Version,
        };
    }

    private Problem? Refuse(OperationRequest request)
    {
        if (request.Contract != BusContract.Version)
            return Problems.InvalidRequest($"The request speaks contract {request.Contract}; plugin {Namespace} {Version} speaks contract {BusContract.Version}.");
        if (!SameNamespace(request.ResourceType))
            return Problems.Of(ProblemCodes.PluginNotFound, $"{request.ResourceType} is of another namespace; this plugin serves {Namespace}.");
        if (!_types.ContainsKey(request.ResourceType))
            return Problems.InvalidRequest($"{request.ResourceType} is unknown; plugin {Namespace} {Version} serves {string.Join(", ", Types.Select(t => t.Name))}.");
        if (request.Verb is OperationVerb.Read or OperationVerb.Update or OperationVerb.Delete && string.IsNullOrEmpty(request.NativeId))
            return Problems.InvalidRequest($"{request.Verb} of {request.ResourceType} needs the native id.");
        if (request.Timeout <= TimeSpan.Zero || request.Timeout > LongestTimeout)
            return Problems.InvalidRequest($"The request's time limit is {request.Timeout}; it must be more than nothing and at most {LongestTimeout}.");
        return null;
    }

    /// <summary>
    /// A delete whose report has arrived although its message was not settled is over for the engine, and there may be a new object of the same name by now. Only the engine
    /// knows, so it has to ask anew if it still waits; of the other verbs it notices what came of a repetition.
    /// </summary>
    private static bool IsInDoubt(OperationRequest request, int delivery) => delivery > 1 && request.Verb == OperationVerb.Delete;

    private static Outcome Unserved { get; } =
        Outcome.Failed(ProblemCodes.InternalFailure, "The message of this delete came a second time; whoever had it first has not said what became of it.") with { IsUnserved = true };

    private async Task<Outcome> ServeAsync(Call call, CancellationToken cancellationToken)
    {
        var request = call.Request;
        using var deadline = new CancellationTokenSource(request.Timeout, _time);
        using var linked = cancellationToken.CanBeCanceled ? CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token) : null;
        try
        {
            call.Open();
            using var span = CallSpans.Call(request);
            var work = _types[request.ResourceType].ExecuteAsync(call, (linked ?? deadline).Token);
            return work.IsCompleted ? await work.ConfigureAwait(false) : await work.WaitAsync(request.Timeout + Grace, _time, CancellationToken.None).ConfigureAwait(false);
        }
        catch (RefusedValueException refused)
        {
            return Outcome.Failed(ProblemCodes.InvalidRequest, $"{request.ResourceType}: {refused.Message}");
        }
        catch (TargetConfigException config)
        {
            return Outcome.Failed(ProblemCodes.InvalidRequest, config.Message) with { NativeId = request.NativeId };
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested && !deadline.IsCancellationRequested)
        {
            throw;
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested)
        {
            return await AfterDeadlineAsync(call, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException) when (deadline.IsCancellationRequested)
        {
            return await AfterDeadlineAsync(call, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception bug)
        {
            var code = request.Verb is OperationVerb.Status or OperationVerb.List && ThrottlingTexts.Any(t => bug.Message.Contains(t, StringComparison.Ordinal))
                ? ProblemCodes.Throttling
                : ProblemCodes.UnforeseenError;
            return Outcome.Failed(code, $"{bug.GetType().Name}: {bug.Message}") with { NativeId = request.NativeId, RequestId = RequestIdOf(request), CallFailed = true };
        }
    }

    /// <summary>What a create has made although it ran out of time is better known than not; a handler that can find it is given a moment to do so.</summary>
    private async Task<Outcome> AfterDeadlineAsync(Call call, CancellationToken cancellationToken)
    {
        var late = TimedOut(call.Request);
        if (call.Request.Verb != OperationVerb.Create || !_types[call.Request.ResourceType].CanFindExisting)
            return late;
        using var moment = new CancellationTokenSource(Grace, _time);
        try
        {
            return await _types[call.Request.ResourceType].FindMadeAsync(call, moment.Token).WaitAsync(Grace, _time, cancellationToken).ConfigureAwait(false) ?? late;
        }
        catch (Exception failed) when (!cancellationToken.IsCancellationRequested)
        {
            return late with { Problem = late.Problem! with { Message = $"{late.Problem.Message} What it has made could not be looked for: {failed.GetType().Name}: {failed.Message}" } };
        }
    }

    // Nothing was changed by a read or a poll, so it may be asked again; what became of a mutation nobody knows.
    private static Outcome TimedOut(OperationRequest request)
    {
        var code = request.Verb is OperationVerb.Read or OperationVerb.Status or OperationVerb.List ? ProblemCodes.ServiceTimeout : ProblemCodes.UnforeseenError;
        return Outcome.Failed(code, $"{request.Verb} of {request.ResourceType} was not done within {request.Timeout.TotalSeconds:0.###} s.")
            with
        { NativeId = request.NativeId, RequestId = RequestIdOf(request), CallFailed = true };
    }

    private static string? RequestIdOf(OperationRequest request) => request.Verb == OperationVerb.Status ? request.RequestId : null;

    private bool SameNamespace(string type) => string.Equals(Resource.NamespaceOf(type), Namespace, StringComparison.OrdinalIgnoreCase);
}
