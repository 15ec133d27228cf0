using Formae.Protocol.Bus;

namespace Formae.Sdk.Conformance;

/// <summary>A rule does not hold; the message says which, and what was seen.</summary>
internal sealed class BrokenRuleException(string message) : Exception(message);

/// <summary>There is nothing that a phase could try; the message says why.</summary>
internal sealed class NotApplicableException(string message) : Exception(message);

internal static class Rule
{
    /// <param name="holds">Whether it does.</param>
    /// <param name="rule">A sentence: what must be so.</param>
    /// <param name="seen">What was reported.</param>
    public static void Holds(bool holds, string rule, OperationReport? seen = null)
    {
        if (!holds)
            throw new BrokenRuleException(seen is null ? rule : $"{rule} Seen: {Words(seen)}.");
    }

    public static string Words(OperationReport seen)
    {
        var problem = seen.Problem is { } said ? $" {said.Code}: {said.Message.TrimEnd('.')}" : "";
        return $"{seen.Verb.ToString().ToLowerInvariant()} ended with {seen.Status}{(seen.NativeId is { } id ? $" of '{id}'" : "")}{problem}";
    }
}
