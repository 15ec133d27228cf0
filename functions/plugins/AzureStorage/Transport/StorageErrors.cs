using System.Collections.Frozen;
using Formae.Model;

namespace Formae.Plugins.AzureStorage.Transport;

/// <summary>What the services' errors mean to the engine: one row for each code, and by the status of HTTP for those that have none.</summary>
internal static class StorageErrors
{
    /// <summary>The services name no time for these; it is what their documentation says a deletion takes at least.</summary>
    private static readonly TimeSpan Deletion = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan TableDeletion = TimeSpan.FromSeconds(40);

    /// <summary>A lease of ours lasts no longer: whoever holds it longer is somebody else.</summary>
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(2);

    public static FrozenDictionary<string, Row> Rows { get; } = Make().ToFrozenDictionary(StringComparer.Ordinal);

    public static Problem ProblemOf(string subject, int status, string? code, string? message, TimeSpan? retryAfter)
    {
        var row = code is not null && Rows.TryGetValue(code, out var known) ? known : new Row(OfStatus(status));
        var text = row.Code switch
        {
            ProblemCodes.NotFound => $"{subject} does not exist ({code ?? $"HTTP {status}"}).",
            ProblemCodes.AlreadyExists => $"{subject} exists already ({code}).",
            _ => $"{subject}: {message ?? "refused"} ({(code is null ? "" : $"{code}, ")}HTTP {status}).",
        };
        return new Problem { Code = row.Code, Message = text, RetryAfter = retryAfter ?? row.RetryAfter };
    }

    public static string OfStatus(int status) => status switch
    {
        400 or 405 or 411 or 415 or 416 => ProblemCodes.InvalidRequest,
        401 => ProblemCodes.InvalidCredentials,
        403 => ProblemCodes.AccessDenied,
        404 => ProblemCodes.NotFound,
        408 or 504 => ProblemCodes.ServiceTimeout,
        409 or 412 => ProblemCodes.ResourceConflict,
        413 => ProblemCodes.ServiceLimitExceeded,
        429 or 503 => ProblemCodes.Throttling,
        501 => ProblemCodes.GeneralServiceException,
        >= 500 => ProblemCodes.ServiceInternalError,
        _ => ProblemCodes.GeneralServiceException,
    };

    private static Dictionary<string, Row> Make()
    {
        var rows = new Dictionary<string, Row>(StringComparer.Ordinal);
        Add(ProblemCodes.NotFound, null, "ContainerNotFound", "BlobNotFound", "QueueNotFound", "TableNotFound", "EntityNotFound", "ResourceNotFound");
        Add(ProblemCodes.AlreadyExists, null, "ContainerAlreadyExists", "BlobAlreadyExists", "QueueAlreadyExists", "TableAlreadyExists", "EntityAlreadyExists", "ResourceAlreadyExists");

        // In the way, and going away.
        Add(ProblemCodes.ResourceConflict, Deletion, "ContainerBeingDeleted", "QueueBeingDeleted", "AccountBeingCreated");
        Add(ProblemCodes.ResourceConflict, TableDeletion, "TableBeingDeleted");
        Add(ProblemCodes.ResourceConflict, Lease, "LeaseAlreadyPresent", "LeaseIdMissing", "LeaseIdMismatchWithContainerOperation", "LeaseIdMismatchWithBlobOperation", "LeaseLost", "LeaseNotPresentWithContainerOperation");
        Add(ProblemCodes.ResourceConflict, null, "ConditionNotMet", "UpdateConditionNotSatisfied", "TargetConditionNotMet", "PendingCopyOperation", "SnapshotsPresent", "BlobBeingRehydrated");

        Add(ProblemCodes.Throttling, null, "ServerBusy", "TooManyRequests", "ClientRequestThrottled");
        Add(ProblemCodes.ServiceInternalError, null, "InternalError");
        Add(ProblemCodes.ServiceTimeout, null, "OperationTimedOut", "RequestTimedOut");

        Add(ProblemCodes.InvalidCredentials, null, "AuthenticationFailed", "InvalidAuthenticationInfo", "NoAuthenticationInformation", "KeyBasedAuthenticationNotPermitted");
        Add(
            ProblemCodes.AccessDenied,
            null,
            "AuthorizationFailure", "AuthorizationPermissionMismatch", "AuthorizationProtocolMismatch", "AuthorizationResourceTypeMismatch", "AuthorizationServiceMismatch", "AuthorizationSourceIPMismatch",
            "UnauthorizedBlobOverwrite", "InsufficientAccountPermissions", "AccountIsDisabled", "BlobImmutableDueToPolicy", "BlobImmutableDueToLegalHold", "ContainerImmutableDueToPolicy", "AccountProtectedFromDeletion");

        Add(
            ProblemCodes.InvalidRequest,
            null,
            "PublicAccessNotPermitted", "InvalidResourceName", "InvalidInput", "InvalidUri", "InvalidHeaderValue", "InvalidMetadata", "EmptyMetadataKey", "InvalidMd5", "Md5Mismatch", "OutOfRangeInput",
            "InvalidXmlDocument", "InvalidXmlNodeValue", "InvalidQueryParameterValue", "OutOfRangeQueryParameterValue", "MissingRequiredHeader", "UnsupportedHeader", "FeatureVersionMismatch",
            "InvalidBlobOrBlock", "InvalidBlockId", "InvalidBlockList", "InvalidBlobType", "InvalidBlobTier", "BlobAccessTierNotSupportedForAccountType", "BlobTierInadequateForContentLength",
            "PropertyNameInvalid", "PropertyNameTooLong", "PropertiesNeedValue", "DuplicatePropertiesSpecified", "InvalidValueType", "InvalidDuplicateRow");
        Add(
            ProblemCodes.ServiceLimitExceeded,
            null,
            "MetadataTooLarge", "RequestBodyTooLarge", "BlockCountExceedsLimit", "BlockListTooLong", "EntityTooLarge", "PropertyValueTooLarge", "KeyValueTooLarge", "TooManyProperties", "TotalSharedAccessPoliciesExceedLimit");
        Add(ProblemCodes.GeneralServiceException, null, "BlobArchived", "CannotChangeToLowerTier", "NotImplemented", "MethodNotAllowed");
        return rows;

        void Add(string problem, TimeSpan? retryAfter, params ReadOnlySpan<string> codes)
        {
            foreach (var code in codes)
                rows.Add(code, new Row(problem, retryAfter));
        }
    }

    /// <param name="Code">One of <see cref="ProblemCodes"/>.</param>
    /// <param name="RetryAfter">How long to leave it alone, where the service does not say so itself.</param>
    internal sealed record Row(string Code, TimeSpan? RetryAfter = null);
}
