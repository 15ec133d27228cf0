using Formae.Coordination.Storage;
using Formae.Engine.Operations;
using Formae.Model;

namespace Formae.Coordination.Operations;

/// <summary>What was found when an operation was to begin.</summary>
/// <param name="Operation">What is to be done.</param>
/// <param name="Ask">Producers whose values must be read first.</param>
/// <param name="Unusable">Why it cannot be done at all.</param>
public sealed record Preparation(Operation Operation, IReadOnlyList<string> Ask, string? Unusable)
{
    /// <summary>The row says that it has ended: the beginning came very late, and another command may have the resource by now.</summary>
    public bool IsOver { get; init; }

    /// <summary>The row, for what is sent at once.</summary>
    public UpdateRecord? Update { get; init; }

    /// <summary>The target's row, likewise.</summary>
    public Target? Target { get; init; }
}
