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
public sealed partial class BusJson : JsonSerializerContext;
