using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Formae.Model;

namespace Formae.Protocol.Bus;

public static class BusContract
{
    /// <summary>Raised when a message changes its meaning; readers of a version stay for one release after its last writer.</summary>
    public const int Version = 1;

    /// <summary>Where plugins announce themselves.</summary>
    public const string AnnouncementQueue = "formae-announcements";

    /// <summary>Where plugins report.</summary>
    public const string ReportQueue = "formae-reports";

    /// <summary>Where the coordinator tells what has happened, to whoever has subscribed.</summary>
    public const string EventTopic = "formae-events";

    /// <summary>The content type of an event: the whole of it is the body.</summary>
    public const string EventContent = "application/cloudevents+json";

    /// <summary>How long a message is valid, from its time on; queues keep it no longer. Nobody waits for the outcome of a request much longer than its call may take.</summary>
    public static readonly TimeSpan RequestValidity = TimeSpan.FromHours(1);

    /// <summary>Long, since what was done in the cloud must be recorded; a report that comes twice is told by its number.</summary>
    public static readonly TimeSpan ReportValidity = TimeSpan.FromDays(1);

    public static readonly TimeSpan AnnouncementValidity = TimeSpan.FromHours(1);

    /// <summary>Whoever is away for longer hears no more of it. A subscription that nobody reads must not fill the topic for all others.</summary>
    public static readonly TimeSpan EventValidity = TimeSpan.FromDays(1);

    /// <summary>
    /// For how long a queue drops a message that was sent before: longer than a request is valid, with the time for which it may be scheduled ahead. So a request that
    /// somebody sends once more is either dropped or too old.
    /// </summary>
    public static readonly TimeSpan DuplicateWindow = TimeSpan.FromHours(4);

    /// <summary>After so many deliveries a queue gives a message up.</summary>
    public const int MostDeliveries = 10;

    /// <summary>Message subject of each kind of body.</summary>
    public const string RequestSubject = "operation-request";
    public const string ReportSubject = "operation-reports";
    public const string AnnouncementSubject = "plugin-announcement";
}

/// <summary>The one JSON context of the bus messages.</summary>
/// <remarks>A member with a default of its own has a setter: the generated reader sets a member that is init-only to nothing when the message lacks it.</remarks>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, MaxDepth = JsonText.MaxDepth)]
[JsonSerializable(typeof(OperationRequest))]
[JsonSerializable(typeof(OperationReports))]
[JsonSerializable(typeof(PluginAnnouncement))]
[JsonSerializable(typeof(PayloadClaim))]
public sealed partial class BusJson : JsonSerializerContext
{
    /// <summary>As <see cref="JsonSerializerContext.Options"/>, but text outside ASCII is written as it is: escaped it is up to three times as long.</summary>
    public static BusJson Plain => field ??= new(new JsonSerializerOptions
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        MaxDepth = JsonText.MaxDepth,
    });
}
