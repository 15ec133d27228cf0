using System.Collections.Frozen;
using System.Text.Json.Serialization;

namespace Formae.Model;

/// <summary>The world said no. A value that travels in reports; only the engine decides what follows from it.</summary>
public sealed record Problem
{
    /// <summary>One of <see cref="ProblemCodes"/>; any other text counts as not recoverable.</summary>
    public required string Code { get; init; }

    public required string Message { get; init; }

    /// <summary>How long the other side asked to be left alone.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TimeSpan? RetryAfter { get; init; }

    [JsonIgnore]
    public bool IsRecoverable => ProblemCodes.IsRecoverable(Code);

    /// <summary>Whether the cloud may have done the work all the same.</summary>
    [JsonIgnore]
    public bool LeavesDoubt => ProblemCodes.LeavesDoubt(Code);
}

/// <summary>The error codes of operations, by their names on the wire.</summary>
public static class ProblemCodes
{
    public const string Throttling = "Throttling";
    public const string NotStabilized = "NotStabilized";
    public const string ServiceInternalError = "ServiceInternalError";
    public const string ServiceTimeout = "ServiceTimeout";
    public const string NetworkFailure = "NetworkFailure";
    public const string InternalFailure = "InternalFailure";
    public const string NotFound = "NotFound";
    public const string ResourceConflict = "ResourceConflict";
    public const string NotUpdatable = "NotUpdatable";
    public const string InvalidRequest = "InvalidRequest";
    public const string AccessDenied = "AccessDenied";
    public const string UnauthorizedTaggingOperation = "UnauthorizedTaggingOperation";
    public const string InvalidCredentials = "InvalidCredentials";
    public const string AlreadyExists = "AlreadyExists";
    public const string ServiceLimitExceeded = "ServiceLimitExceeded";
    public const string GeneralServiceException = "GeneralServiceException";
    public const string DependencyFailure = "DependencyFailure";
    public const string UnforeseenError = "UnforeseenError";
    public const string PluginNotFound = "PluginNotFound";

    /// <summary>What follows from each code; one that is not here is final and certain.</summary>
    private static readonly FrozenDictionary<string, Meaning> Meanings = new Dictionary<string, Meaning>
    {
        [Throttling] = Meaning.Recoverable,
        [NotStabilized] = Meaning.RecoverableInDoubt,
        [ServiceInternalError] = Meaning.RecoverableInDoubt,
        [ServiceTimeout] = Meaning.RecoverableInDoubt,
        [NetworkFailure] = Meaning.RecoverableInDoubt,
        [InternalFailure] = Meaning.RecoverableInDoubt,
        [NotFound] = Meaning.Recoverable,
        [ResourceConflict] = Meaning.Recoverable,
        [NotUpdatable] = Meaning.Final,
        [InvalidRequest] = Meaning.Final,
        [AccessDenied] = Meaning.Final,
        [UnauthorizedTaggingOperation] = Meaning.Final,
        [InvalidCredentials] = Meaning.Final,
        [AlreadyExists] = Meaning.Final,
        [ServiceLimitExceeded] = Meaning.Final,
        [GeneralServiceException] = Meaning.Final,
        [DependencyFailure] = Meaning.Final,
        [UnforeseenError] = Meaning.Final,
        [PluginNotFound] = Meaning.Final,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private enum Meaning
    {
        Final,

        /// <summary>The cloud refused; another time it may not.</summary>
        Recoverable,

        /// <summary>The answer was lost or the cloud broke: it may have done the work all the same.</summary>
        RecoverableInDoubt,
    }

    public static IEnumerable<string> All => Meanings.Keys;

    public static bool IsRecoverable(string code) => Meanings.GetValueOrDefault(code) != Meaning.Final;

    /// <summary>Whether the cloud may have done the work although it is said to have failed.</summary>
    public static bool LeavesDoubt(string code) => Meanings.GetValueOrDefault(code) == Meaning.RecoverableInDoubt;
}
