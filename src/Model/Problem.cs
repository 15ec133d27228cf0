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

    private static readonly FrozenSet<string> Recoverable =
        new[] { Throttling, NotStabilized, ServiceInternalError, ServiceTimeout, NetworkFailure, InternalFailure, NotFound, ResourceConflict }.ToFrozenSet(StringComparer.Ordinal);

    public static bool IsRecoverable(string code) => Recoverable.Contains(code);
}
