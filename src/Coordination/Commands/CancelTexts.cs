namespace Formae.Coordination.Commands;

/// <summary>What is said of updates that a cancel has ended.</summary>
internal static class CancelTexts
{
    public const string NotStarted = "Not started: the command was canceled.";

    public const string Abandoned =
        "Force-canceled: it was running, and nobody waits for it any more. What the cloud has done of it is not known; an object that still comes to be is kept in $unmanaged.";
}
