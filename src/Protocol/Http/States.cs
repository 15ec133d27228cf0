namespace Formae.Protocol.Http;

/// <summary>The states of commands and updates, by their names on the wire.</summary>
public static class States
{
    public const string NotStarted = "NotStarted";
    public const string InProgress = "InProgress";
    public const string Success = "Success";
    public const string Failed = "Failed";
    public const string Rejected = "Rejected";
    public const string Canceling = "Canceling";
    public const string Canceled = "Canceled";

    public static IReadOnlyList<string> All { get; } = [NotStarted, InProgress, Success, Failed, Rejected, Canceling, Canceled];

    public static bool IsFinal(string state) => state is Success or Failed or Rejected or Canceled;
}

/// <summary>Who gave a command. Only those of users are shown by the command API.</summary>
public static class Sources
{
    public const string User = "user";

    /// <summary>A look at the cloud that found something else than is stored.</summary>
    public const string Synchronization = "sync";

    /// <summary>A stack's time to live was over.</summary>
    public const string TimeToLive = "ttl";
}

/// <summary>Headers of our own.</summary>
public static class Headers
{
    /// <summary>Carried by every request that gives or looks at commands: who asks.</summary>
    public const string ClientId = "Client-ID";

    /// <summary>Of the answer with a page of a list: what to send as <c>continuation</c> for the next one. Absent on the last.</summary>
    public const string Next = "Formae-Next";

    /// <summary>Of a request for events: the id of the last one that was heard.</summary>
    public const string LastEventId = "Last-Event-ID";
}
