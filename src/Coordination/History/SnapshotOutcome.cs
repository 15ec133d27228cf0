using Formae.Model;

namespace Formae.Coordination.History;

/// <summary>A stack as it was, or why that cannot be told.</summary>
public abstract record SnapshotOutcome
{
    private SnapshotOutcome()
    {
    }

    /// <param name="Document">The stack as a document.</param>
    /// <param name="Notices">What of it cannot be brought back, in sentences.</param>
    public sealed record Found(Forma Document, IReadOnlyList<string> Notices) : SnapshotOutcome;

    public sealed record None(string Code, string Message) : SnapshotOutcome;
}
