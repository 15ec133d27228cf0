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
        ["CanceledAndSupersededDueToAnotherOperation"] = ProblemCodes.ResourceConflict,
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

        // Said of subnets that are right, too, while others of the network are changed; one that lies outside of it has a code of its own.
        ["NetcfgInvalidSubnet"] = ProblemCodes.ResourceConflict,

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
        ["NetcfgSubnetRangeOutsideVnet"] = ProblemCodes.InvalidRequest,
        ["NetcfgSubnetRangesOverlap"] = ProblemCodes.InvalidRequest,
        ["BadRequest"] = ProblemCodes.InvalidRequest,

        ["InvalidResourceLocation"] = ProblemCodes.NotUpdatable,
        ["PropertyChangeNotAllowed"] = ProblemCodes.NotUpdatable,

        ["StorageAccountAlreadyTaken"] = ProblemCodes.AlreadyExists,
        ["StorageAccountAlreadyExists"] = ProblemCodes.AlreadyExists,
        ["RoleAssignmentExists"] = ProblemCodes.AlreadyExists,

        // App Service: a site with this name exists, somewhere in Azure.
        ["54001"] = ProblemCodes.AlreadyExists,

        ["QuotaExceeded"] = ProblemCodes.ServiceLimitExceeded,
        ["ResourceQuotaExceeded"] = ProblemCodes.ServiceLimitExceeded,
        ["OperationNotAllowed"] = ProblemCodes.ServiceLimitExceeded,
        ["SkuNotAvailable"] = ProblemCodes.ServiceLimitExceeded,
        ["AllocationFailed"] = ProblemCodes.ServiceLimitExceeded,
        ["ZonalAllocationFailed"] = ProblemCodes.ServiceLimitExceeded,
        ["PublicIPCountLimitReached"] = ProblemCodes.ServiceLimitExceeded,
        ["MaxStorageAccountsCountPerSubscriptionExceeded"] = ProblemCodes.ServiceLimitExceeded,
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    /// <summary>Codes that say little more than a status: whatever else an error names tells more.</summary>
    private static readonly FrozenSet<string> Vague =
        FrozenSet.Create(StringComparer.OrdinalIgnoreCase, "Conflict", "BadRequest", "NotFound", "OperationNotAllowed", "InternalServerError", "InternalError", "RetryableError", "ServiceUnavailable");

    /// <summary>Codes of those that are turned away because Azure is busy with somebody else at the same thing.</summary>
    private static readonly FrozenSet<string> TurnedAway = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,
        "AnotherOperationInProgress", "RetryableErrorDueToAnotherOperation", "CanceledAndSupersededDueToAnotherOperation", "OperationPreempted", "ConflictingConcurrentWriteNotAllowed", "ConcurrentUpdateError");

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
        var named = Named(ErrorOf(body)).ToList();
        var known = named.Select(one => one.Code).Where(Codes.ContainsKey).ToList();
        var telling = known.Find(one => !Vague.Contains(one)) ?? known.FirstOrDefault();

        // Whatever the code says: who is asked to come later comes later.
        var code = status == 429 ? ProblemCodes.Throttling : telling is not null ? Codes[telling] : status == 0 ? ProblemCodes.GeneralServiceException : OfStatus(status);
        var text = Told(named) is { Length: > 0 } told ? told : $"Azure answered {status}.";
        return new Problem { Code = code, Message = $"{text}{(status == 0 ? "" : $" (HTTP {status})")}{(correlation is null ? "" : $" (correlation id {correlation})")}", RetryAfter = retryAfter };
    }

    /// <summary>Whether it says that something else is done first.</summary>
    public static bool IsTurnedAway(JsonElement? body) => Named(ErrorOf(body)).Any(one => TurnedAway.Contains(one.Code));

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

    /// <summary>Most services wrap their error; App Service does not, and begins its names with capitals.</summary>
    private static JsonElement? ErrorOf(JsonElement? body) => Member(body, "error") ?? body;

    /// <summary>The error, then what it was caused by; a code that is not there is empty.</summary>
    private static IEnumerable<(string Code, string Message)> Named(JsonElement? error)
    {
        if (error is not { ValueKind: JsonValueKind.Object })
            yield break;
        if ((Text(error, "code"), Text(error, "message")) is not (null, null) and var (code, message))
            yield return (code ?? "", message ?? "");
        if (Member(error, "ErrorEntity") is { } entity && Text(entity, "ExtendedCode") is { } extended)
            yield return (extended, Text(entity, "message") ?? "");
        if (Member(error, "details") is not { ValueKind: JsonValueKind.Array } details)
            yield break;
        foreach (var cause in details.EnumerateArray().SelectMany(detail => Named(detail)))
            yield return cause;
    }

    /// <summary>Each code and each message once.</summary>
    private static string Told(List<(string Code, string Message)> named)
    {
        var told = new List<string>();
        foreach (var (code, message) in named)
        {
            var text = told.Exists(one => one.Contains(message, StringComparison.Ordinal)) ? code : $"{code}: {message}".Trim(':', ' ');
            if (text.Length > 0 && !told.Exists(one => one.Contains(text, StringComparison.Ordinal)))
                told.Add(text);
        }

        return string.Join(" ", told);
    }

    private static JsonElement? Member(JsonElement? of, string name)
    {
        if (of is not { ValueKind: JsonValueKind.Object } whole)
            return null;
        foreach (var member in whole.EnumerateObject())
        {
            if (member.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
                return member.Value;
        }

        return null;
    }

    private static string? Text(JsonElement? error, string name) =>
        Member(error, name) is { ValueKind: JsonValueKind.String } value && value.GetString() is { Length: > 0 } text ? text : null;
}
