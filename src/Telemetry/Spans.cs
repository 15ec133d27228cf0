using System.Diagnostics;

namespace Formae.Telemetry;

/// <summary>
/// The one source of Formae's spans. A span that outlives its process cannot be held open, so it is two: a short one when the work begins, whose context
/// travels with the work and which everything hangs from, and one beneath it when the work has ended, which says how long it took and what came of it.
/// </summary>
public static class Spans
{
    /// <summary>The name of the source.</summary>
    public const string SourceName = "Formae";

    private static readonly ActivitySource Source = new(SourceName, typeof(Spans).Assembly.GetName().Version?.ToString(3));

    /// <summary>Somebody records spans. Asked before names and attributes are made: where nobody does, nothing is made.</summary>
    public static bool AreRecorded => Source.HasListeners();

    /// <summary>Begins a span beneath the current one, or the first of a tree. Null where nobody records.</summary>
    /// <param name="name">What is done, of a few kinds only.</param>
    /// <param name="kind">Its side of a call or a message.</param>
    public static Activity? Begin(string name, ActivityKind kind = ActivityKind.Internal) => Source.StartActivity(name, kind);

    /// <summary>Goes on with what another process, or this one earlier, has begun. Null where nobody records, or where that was not recorded.</summary>
    /// <param name="parent">A <c>traceparent</c> as it was handed on; null: what it belongs to is not recorded.</param>
    /// <param name="name">What is done, of a few kinds only.</param>
    /// <param name="kind">Its side of a call or a message.</param>
    public static Activity? Continue(string? parent, string name, ActivityKind kind = ActivityKind.Internal) =>
        parent is not null && Source.HasListeners() && ActivityContext.TryParse(parent, null, isRemote: true, out var context)
            ? Source.StartActivity(name, kind, context, links: LinkToCurrent(context))
            : null;

    /// <summary>A span of what has ended, beneath what it began with.</summary>
    /// <param name="parent">The <c>traceparent</c> of its beginning; null: that was not recorded.</param>
    /// <param name="name">What was done, of a few kinds only.</param>
    /// <param name="start">When it began.</param>
    /// <param name="end">When it ended.</param>
    public static Activity? Ended(string? parent, string name, DateTimeOffset start, DateTimeOffset end)
    {
        if (parent is null || !Source.HasListeners() || !ActivityContext.TryParse(parent, null, isRemote: true, out var context))
            return null;
        var span = Source.StartActivity(name, ActivityKind.Internal, context, links: LinkToCurrent(context), startTime: start);
        span?.SetEndTime(end.UtcDateTime);
        return span;
    }

    /// <summary>Says that it went wrong, by a code of a known list: never by a message, which may hold what is secret.</summary>
    public static void Fail(this Activity? span, string code)
    {
        span?.SetStatus(ActivityStatusCode.Error);
        span?.SetTag(Attributes.ErrorType, code);
    }

    /// <summary>The host's own span of this invocation stays findable, although what is done in it belongs to another tree.</summary>
    private static ActivityLink[]? LinkToCurrent(ActivityContext parent) =>
        Activity.Current is { Recorded: true } current && current.TraceId != parent.TraceId ? [new ActivityLink(current.Context)] : null;
}
