using System.Text.Json.Serialization.Metadata;
using Formae.Protocol.Bus;

namespace Formae.Messaging;

/// <summary>What a message can be.</summary>
/// <param name="Subject">Its subject.</param>
/// <param name="Json">Its body.</param>
/// <param name="Validity">How long it is valid, from its time on.</param>
public sealed record MessageKind<T>(string Subject, JsonTypeInfo<T> Json, TimeSpan Validity) where T : class;

/// <summary>The messages of this control plane, and how long each may be on its way.</summary>
public static class MessageKinds
{
    /// <summary>How far the clocks of two apps may be apart.</summary>
    public static readonly TimeSpan ClockSkew = TimeSpan.FromMinutes(5);

    /// <summary>To a plugin.</summary>
    public static readonly MessageKind<OperationRequest> Request = new(BusContract.RequestSubject, BusJson.Default.OperationRequest, BusContract.RequestValidity);

    /// <summary>From a plugin: what came of requests.</summary>
    public static readonly MessageKind<OperationReports> Reports = new(BusContract.ReportSubject, BusJson.Default.OperationReports, BusContract.ReportValidity);

    /// <summary>From a plugin, again and again. An older one changes nothing after a newer.</summary>
    public static readonly MessageKind<PluginAnnouncement> Announcement = new(BusContract.AnnouncementSubject, BusJson.Default.PluginAnnouncement, BusContract.AnnouncementValidity);

    /// <summary>From the coordinator, to whoever listens: the type of an event is its subject, because subscriptions choose by it.</summary>
    public static MessageKind<ControlPlaneEvent> Event(string type) => new(type, EventJson.Default.ControlPlaneEvent, BusContract.EventValidity);

    /// <summary>How far ahead a request can be scheduled, so that it is not valid beyond <see cref="BusContract.DuplicateWindow"/>.</summary>
    public static readonly TimeSpan FarthestStart = BusContract.DuplicateWindow - Request.Validity - 2 * ClockSkew;
}
