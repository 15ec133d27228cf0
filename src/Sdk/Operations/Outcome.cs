using System.Text.Json;
using Formae.Model;
using Formae.Protocol.Bus;

namespace Formae.Sdk;

/// <summary>What a type made of a request; the operator turns it into a report.</summary>
internal readonly record struct Outcome(OperationStatus Status)
{
    public string? NativeId { get; init; }

    public string? RequestId { get; init; }

    public JsonElement? Properties { get; init; }

    public IReadOnlyList<string>? NativeIds { get; init; }

    public string? NextPageToken { get; init; }

    public Problem? Problem { get; init; }

    /// <summary>Of its progress, or of what else is worth telling.</summary>
    public string? Message { get; init; }

    public bool WasThere { get; init; }

    /// <summary>Nothing was done, and it is to be asked anew.</summary>
    public bool IsUnserved { get; init; }

    /// <summary>The handler did not say what came of the operation.</summary>
    public bool CallFailed { get; init; }

    public static Outcome Failed(Problem problem) => new(OperationStatus.Failure) { Problem = problem };

    public static Outcome Failed(string code, string message) => Failed(Problems.Of(code, message));
}
