using System.Collections.Frozen;
using System.Net.Sockets;
using System.Text.Json;
using Azure;
using Azure.Identity;
using Formae.Model;
using Microsoft.Identity.Client;

namespace Formae.Plugins.AzureResources.Arm;

/// <summary>What Azure's refusals mean: the one table of error codes, and what a status says where the code is not in it.</summary>
internal static class ArmErrors
{
    public static FrozenDictionary<string, string> Codes { get; } = new Dictionary<string, string>
    {
        ["TooManyRequests"] = ProblemCodes.Throttling,
        ["SubscriptionRequestsThrottled"] = ProblemCodes.Throttling,
        ["ResourceCollectionRequestsThrottled"] = ProblemCodes.Throttling,
        ["ResourceRequestsThrottled"] = ProblemCodes.Throttling,
        ["ServerBusy"] = ProblemCodes.Throttling,

        ["AnotherOperationInProgress"] = ProblemCodes.ResourceConflict,
        ["RetryableErrorDueToAnotherOperation"] = ProblemCodes.ResourceConflict,
        ["OperationPreempted"] = ProblemCodes.ResourceConflict,
        ["Conflict"] = ProblemCodes.ResourceConflict,
        ["ConflictingConcurrentWriteNotAllowed"] = ProblemCodes.ResourceConflict,
        ["ConcurrentUpdateError"] = ProblemCodes.ResourceConflict,
        ["PreconditionFailed"] = ProblemCodes.ResourceConflict,
        ["ResourceGroupBeingDeleted"] = ProblemCodes.ResourceConflict,
        ["ResourceGroupDeletionBlocked"] = ProblemCodes.ResourceConflict,
        ["CannotDeleteResource"] = ProblemCodes.ResourceConflict,
        ["InUseSubnetCannotBeDeleted"] = ProblemCodes.ResourceConflict,
        ["InUseNetworkSecurityGroupCannotBeDeleted"] = ProblemCodes.ResourceConflict,
        ["ReferencedResourceNotProvisioned"] = ProblemCodes.ResourceConflict,
        ["StorageAccountOperationInProgress"] = ProblemCodes.ResourceConflict,
        ["StorageAccountBeingCreated"] = ProblemCodes.ResourceConflict,
        ["StorageAccountIsNotProvisioned"] = ProblemCodes.ResourceConflict,

        ["ResourceNotFound"] = ProblemCodes.NotFound,
        ["ResourceGroupNotFound"] = ProblemCodes.NotFound,
        ["ParentResourceNotFound"] = ProblemCodes.NotFound,
        ["NotFound"] = ProblemCodes.NotFound,

        // A principal is known everywhere only after a while.
        ["PrincipalNotFound"] = ProblemCodes.NotStabilized,

        ["InternalServerError"] = ProblemCodes.ServiceInternalError,
        ["InternalError"] = ProblemCodes.ServiceInternalError,
        ["RetryableError"] = ProblemCodes.ServiceInternalError,
        ["ServiceUnavailable"] = ProblemCodes.ServiceInternalError,
        ["GatewayTimeout"] = ProblemCodes.ServiceTimeout,
        ["OperationTimedOut"] = ProblemCodes.ServiceTimeout,
        ["RequestTimeout"] = ProblemCodes.ServiceTimeout,

        ["AuthenticationFailed"] = ProblemCodes.InvalidCredentials,
        ["InvalidAuthenticationToken"] = ProblemCodes.InvalidCredentials,
        ["InvalidAuthenticationTokenTenant"] = ProblemCodes.InvalidCredentials,
        ["ExpiredAuthenticationToken"] = ProblemCodes.InvalidCredentials,

        ["AuthorizationFailed"] = ProblemCodes.AccessDenied,
        ["LinkedAuthorizationFailed"] = ProblemCodes.AccessDenied,
        ["RequestDisallowedByPolicy"] = ProblemCodes.AccessDenied,
        ["RequestDisallowedByAzure"] = ProblemCodes.AccessDenied,
        ["ScopeLocked"] = ProblemCodes.AccessDenied,
        ["ReadOnlyDisabledSubscription"] = ProblemCodes.AccessDenied,
        ["SubscriptionDisabled"] = ProblemCodes.AccessDenied,

        // No object can be told to be gone from a subscription that is not there.
        ["SubscriptionNotFound"] = ProblemCodes.InvalidRequest,
        ["InvalidSubscriptionId"] = ProblemCodes.InvalidRequest,
        ["MissingSubscriptionRegistration"] = ProblemCodes.InvalidRequest,
        ["NoRegisteredProviderFound"] = ProblemCodes.InvalidRequest,
        ["InvalidResourceType"] = ProblemCodes.InvalidRequest,
        ["InvalidResourceNamespace"] = ProblemCodes.InvalidRequest,
        ["InvalidApiVersionParameter"] = ProblemCodes.InvalidRequest,
        ["MissingApiVersionParameter"] = ProblemCodes.InvalidRequest,
        ["InvalidRequestContent"] = ProblemCodes.InvalidRequest,
        ["InvalidRequestFormat"] = ProblemCodes.InvalidRequest,
        ["InvalidParameter"] = ProblemCodes.InvalidRequest,
        ["InvalidResourceReference"] = ProblemCodes.InvalidRequest,
        ["LocationRequired"] = ProblemCodes.InvalidRequest,
        ["LocationNotAvailableForResourceType"] = ProblemCodes.InvalidRequest,
        ["LocationNotAvailableForResourceGroup"] = ProblemCodes.InvalidRequest,
        ["AccountNameInvalid"] = ProblemCodes.InvalidRequest,
        ["ReservedResourceName"] = ProblemCodes.InvalidRequest,
        ["NetcfgInvalidSubnet"] = ProblemCodes.InvalidRequest,
        ["NetcfgSubnetRangesOverlap"] = ProblemCodes.InvalidRequest,
        ["BadRequest"] = ProblemCodes.InvalidRequest,

        ["InvalidResourceLocation"] = ProblemCodes.NotUpdatable,
        ["PropertyChangeNotAllowed"] = ProblemCodes.NotUpdatable,

        ["StorageAccountAlreadyTaken"] = ProblemCodes.AlreadyExists,
        ["StorageAccountAlreadyExists"] = ProblemCodes.AlreadyExists,
        ["RoleAssignmentExists"] = ProblemCodes.AlreadyExists,

        ["QuotaExceeded"] = ProblemCodes.ServiceLimitExceeded,
        ["ResourceQuotaExceeded"] = ProblemCodes.ServiceLimitExceeded,
        ["OperationNotAllowed"] = ProblemCodes.ServiceLimitExceeded,
        ["SkuNotAvailable"] = ProblemCodes.ServiceLimitExceeded,
        ["AllocationFailed"] = ProblemCodes.ServiceLimitExceeded,
        ["ZonalAllocationFailed"] = ProblemCodes.ServiceLimitExceeded,
        ["PublicIPCountLimitReached"] = ProblemCodes.ServiceLimitExceeded,
        ["MaxStorageAccountsCountPerSubscriptionExceeded"] = ProblemCodes.ServiceLimitExceeded,
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    /// <summary>What a status says by itself.</summary>
    public static string OfStatus(int status) => status switch
    {
        400 or 405 or 413 or 415 or 422 => ProblemCodes.InvalidRequest,
        401 => ProblemCodes.InvalidCredentials,
        403 => ProblemCodes.AccessDenied,
        404 or 410 => ProblemCodes.NotFound,
        408 or 504 => ProblemCodes.ServiceTimeout,
        409 or 412 => ProblemCodes.ResourceConflict,
        429 => ProblemCodes.Throttling,
        >= 500 => ProblemCodes.ServiceInternalError,
        _ => ProblemCodes.GeneralServiceException,
    };

    /// <param name="status">The answer's status; 0 for an error that stands in the status of an operation.</param>
    /// <param name="body">With the member <c>error</c>, or the error itself.</param>
    /// <param name="retryAfter">How long Azure asked to be left alone.</param>
    /// <param name="correlation">What support asks for.</param>
    public static Problem Of(int status, JsonElement? body, TimeSpan? retryAfter, string? correlation)
    {
        var error = body is { ValueKind: JsonValueKind.Object } whole && whole.TryGetProperty("error", out var inner) ? inner : body;
        var named = Named(error).ToList();
        var known = named.FirstOrDefault(one => Codes.ContainsKey(one.Code));
        var code = known.Code is { } found ? Codes[found] : status == 0 ? ProblemCodes.GeneralServiceException : OfStatus(status);

        // Where the wrapping error says nothing, the cause is told first.
        var texts = named.Select(one => $"{one.Code}: {one.Message}".TrimEnd(':', ' ')).Distinct().ToList();
        var text = texts.Count > 0 ? string.Join(" ", texts) : $"Azure answered {status}.";
        return new Problem { Code = code, Message = $"{text}{(status == 0 ? "" : $" (HTTP {status})")}{(correlation is null ? "" : $" (correlation id {correlation})")}", RetryAfter = retryAfter };
    }

    /// <summary>Why there is no token: nobody to sign in, a sign-in that is refused, or one that was not answered, which passes.</summary>
    public static Problem OfMissingToken(AuthenticationFailedException refused)
    {
        // What is tried one after the other is not there for many reasons, networks that others would have among them.
        var passes = refused is not CredentialUnavailableException && Causes(refused).Any(cause => cause is HttpRequestException or SocketException or OperationCanceledException or RequestFailedException { Status: 0 or 429 or >= 500 } or MsalException { IsRetryable: true });
        return new Problem { Code = passes ? ProblemCodes.NetworkFailure : ProblemCodes.InvalidCredentials, Message = $"There is no token for Azure: {refused.Message}" };
    }

    private static IEnumerable<Exception> Causes(Exception exception)
    {
        for (var cause = exception.InnerException; cause is not null; cause = cause.InnerException)
            yield return cause;
    }

    /// <summary>The error, then what it was caused by.</summary>
    private static IEnumerable<(string Code, string Message)> Named(JsonElement? error)
    {
        if (error is not { ValueKind: JsonValueKind.Object } one)
            yield break;
        if (Text(one, "code") is { } code)
            yield return (code, Text(one, "message") ?? "");
        if (!one.TryGetProperty("details", out var details) || details.ValueKind != JsonValueKind.Array)
            yield break;
        foreach (var cause in details.EnumerateArray().SelectMany(detail => Named(detail)))
            yield return cause;
    }

    private static string? Text(JsonElement error, string name) =>
        error.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text ? text : null;
}
