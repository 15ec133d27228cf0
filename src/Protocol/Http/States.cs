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

    public static bool IsFinal(string state) => state is Success or Failed or Rejected or Canceled;
}

/// <summary>The header that every command and status request carries.</summary>
public static class Headers
{
    public const string ClientId = "Client-ID";
}
