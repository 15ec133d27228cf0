using System.Globalization;
using System.Net;
using Amazon.Runtime;
using Amazon.Runtime.Internal;
using Formae.Model;

namespace Formae.Plugins.Aws;

/// <summary>What a code of AWS means to the engine.</summary>
/// <param name="Code">AWS's code.</param>
/// <param name="Means">One of <see cref="ProblemCodes"/>.</param>
/// <param name="Services">Who says so.</param>
internal sealed record ErrorRow(string Code, string Means, AwsServices Services = AwsServices.S3 | AwsServices.DynamoDB);

[Flags]
internal enum AwsServices
{
    S3 = 1,
    DynamoDB = 2,
}

/// <summary>The one table from AWS's errors to the codes of operations; the README has it for people.</summary>
internal static class AwsErrors
{
    private const string Unreachable = "The server could not be reached, or did not answer to the end";

    public static IReadOnlyList<ErrorRow> Rows { get; } =
    [
        new("SlowDown", ProblemCodes.Throttling, AwsServices.S3),
        new("ServiceUnavailable", ProblemCodes.Throttling),
        new("Throttling", ProblemCodes.Throttling),
        new("ThrottlingException", ProblemCodes.Throttling),
        new("ThrottledException", ProblemCodes.Throttling),
        new("TooManyRequestsException", ProblemCodes.Throttling),
        new("RequestLimitExceeded", ProblemCodes.Throttling),
        new("BandwidthLimitExceeded", ProblemCodes.Throttling, AwsServices.S3),
        new("ProvisionedThroughputExceededException", ProblemCodes.Throttling, AwsServices.DynamoDB),

        // Of DynamoDB it says that too many tables are being changed at once, which passes.
        new("LimitExceededException", ProblemCodes.Throttling, AwsServices.DynamoDB),

        new("InternalError", ProblemCodes.ServiceInternalError, AwsServices.S3),
        new("InternalServerError", ProblemCodes.ServiceInternalError, AwsServices.DynamoDB),
        new("InternalFailure", ProblemCodes.ServiceInternalError),
        new("RequestTimeout", ProblemCodes.ServiceTimeout),

        new("AccessDenied", ProblemCodes.AccessDenied, AwsServices.S3),
        new("AccessDeniedException", ProblemCodes.AccessDenied, AwsServices.DynamoDB),
        new("AllAccessDisabled", ProblemCodes.AccessDenied, AwsServices.S3),
        new("AccountProblem", ProblemCodes.AccessDenied, AwsServices.S3),
        new("NotSignedUp", ProblemCodes.AccessDenied, AwsServices.S3),
        new("OptInRequired", ProblemCodes.AccessDenied),

        new("ExpiredToken", ProblemCodes.InvalidCredentials, AwsServices.S3),
        new("ExpiredTokenException", ProblemCodes.InvalidCredentials, AwsServices.DynamoDB),
        new("TokenRefreshRequired", ProblemCodes.InvalidCredentials, AwsServices.S3),
        new("InvalidToken", ProblemCodes.InvalidCredentials, AwsServices.S3),
        new("InvalidAccessKeyId", ProblemCodes.InvalidCredentials, AwsServices.S3),
        new("SignatureDoesNotMatch", ProblemCodes.InvalidCredentials, AwsServices.S3),
        new("RequestTimeTooSkewed", ProblemCodes.InvalidCredentials, AwsServices.S3),
        new("RequestExpired", ProblemCodes.InvalidCredentials),
        new("InvalidClientTokenId", ProblemCodes.InvalidCredentials),
        new("UnrecognizedClientException", ProblemCodes.InvalidCredentials, AwsServices.DynamoDB),
        new("InvalidSignatureException", ProblemCodes.InvalidCredentials, AwsServices.DynamoDB),
        new("IncompleteSignature", ProblemCodes.InvalidCredentials, AwsServices.DynamoDB),
        new("MissingAuthenticationToken", ProblemCodes.InvalidCredentials),
        new("MissingAuthenticationTokenException", ProblemCodes.InvalidCredentials, AwsServices.DynamoDB),

        new("NoSuchBucket", ProblemCodes.NotFound, AwsServices.S3),
        new("NoSuchKey", ProblemCodes.NotFound, AwsServices.S3),
        new("NoSuchVersion", ProblemCodes.NotFound, AwsServices.S3),
        new("NotFound", ProblemCodes.NotFound, AwsServices.S3),
        new("ResourceNotFoundException", ProblemCodes.NotFound, AwsServices.DynamoDB),
        new("TableNotFoundException", ProblemCodes.NotFound, AwsServices.DynamoDB),

        new("BucketAlreadyExists", ProblemCodes.AlreadyExists, AwsServices.S3),
        new("BucketAlreadyOwnedByYou", ProblemCodes.AlreadyExists, AwsServices.S3),
        new("TableAlreadyExistsException", ProblemCodes.AlreadyExists, AwsServices.DynamoDB),

        // Whatever is in the way may go away: objects of the bucket, another change of the same thing.
        new("BucketNotEmpty", ProblemCodes.ResourceConflict, AwsServices.S3),
        new("OperationAborted", ProblemCodes.ResourceConflict, AwsServices.S3),
        new("ConditionalRequestConflict", ProblemCodes.ResourceConflict, AwsServices.S3),
        new("PreconditionFailed", ProblemCodes.ResourceConflict, AwsServices.S3),
        new("RestoreAlreadyInProgress", ProblemCodes.ResourceConflict, AwsServices.S3),
        new("ResourceInUseException", ProblemCodes.ResourceConflict, AwsServices.DynamoDB),
        new("TableInUseException", ProblemCodes.ResourceConflict, AwsServices.DynamoDB),
        new("TransactionConflictException", ProblemCodes.ResourceConflict, AwsServices.DynamoDB),

        new("TooManyBuckets", ProblemCodes.ServiceLimitExceeded, AwsServices.S3),
        new("EntityTooLarge", ProblemCodes.ServiceLimitExceeded, AwsServices.S3),
        new("MetadataTooLarge", ProblemCodes.ServiceLimitExceeded, AwsServices.S3),
        new("ItemCollectionSizeLimitExceededException", ProblemCodes.ServiceLimitExceeded, AwsServices.DynamoDB),

        new("ValidationException", ProblemCodes.InvalidRequest, AwsServices.DynamoDB),
        new("ValidationError", ProblemCodes.InvalidRequest),
        new("SerializationException", ProblemCodes.InvalidRequest, AwsServices.DynamoDB),
        new("InvalidArgument", ProblemCodes.InvalidRequest, AwsServices.S3),
        new("InvalidRequest", ProblemCodes.InvalidRequest, AwsServices.S3),
        new("InvalidBucketName", ProblemCodes.InvalidRequest, AwsServices.S3),
        new("InvalidBucketState", ProblemCodes.InvalidRequest, AwsServices.S3),
        new("InvalidLocationConstraint", ProblemCodes.InvalidRequest, AwsServices.S3),
        new("IllegalLocationConstraintException", ProblemCodes.InvalidRequest, AwsServices.S3),
        new("InvalidStorageClass", ProblemCodes.InvalidRequest, AwsServices.S3),
        new("InvalidTag", ProblemCodes.InvalidRequest, AwsServices.S3),
        new("KeyTooLongError", ProblemCodes.InvalidRequest, AwsServices.S3),
        new("MalformedPolicy", ProblemCodes.InvalidRequest, AwsServices.S3),
        new("MalformedXML", ProblemCodes.InvalidRequest, AwsServices.S3),
        new("MethodNotAllowed", ProblemCodes.InvalidRequest, AwsServices.S3),
        new("NotImplemented", ProblemCodes.InvalidRequest, AwsServices.S3),
        new("PermanentRedirect", ProblemCodes.InvalidRequest, AwsServices.S3),

        // The credentials are signed for a region; S3 names the one that it expects.
        new("AuthorizationHeaderMalformed", ProblemCodes.InvalidRequest, AwsServices.S3),

        // An object that a lifecycle has moved to an archive: its content is there when somebody has restored it.
        new("InvalidObjectState", ProblemCodes.InvalidRequest, AwsServices.S3),
        new("UnknownOperationException", ProblemCodes.InvalidRequest, AwsServices.DynamoDB),
    ];

    /// <summary>What a status means where the answer has no code, or one that nobody knows.</summary>
    public static IReadOnlyDictionary<int, string> Statuses { get; } = new Dictionary<int, string>
    {
        [401] = ProblemCodes.InvalidCredentials,
        [403] = ProblemCodes.AccessDenied,
        [404] = ProblemCodes.NotFound,
        [408] = ProblemCodes.ServiceTimeout,
        [412] = ProblemCodes.ResourceConflict,
        [429] = ProblemCodes.Throttling,
        [500] = ProblemCodes.ServiceInternalError,
        [502] = ProblemCodes.ServiceInternalError,
        [503] = ProblemCodes.Throttling,
        [504] = ProblemCodes.ServiceTimeout,
    };

    private static readonly Dictionary<string, ErrorRow> ByCode = Rows.ToDictionary(row => row.Code, StringComparer.Ordinal);

    /// <returns>Null for what is no answer of AWS and no trouble on the way: a mistake of ours.</returns>
    public static Refusal? Explain(string call, Exception failed) => failed switch
    {
        AmazonServiceException { StatusCode: not 0 } refused => Explain(call, refused),
        AmazonServiceException or HttpRequestException or IOException => new("", new Problem { Code = ProblemCodes.NetworkFailure, Message = $"{call}: {Unreachable}: {Innermost(failed)}." }),

        // The caller's own cancellation does not come here.
        OperationCanceledException or TimeoutException => new("", new Problem { Code = ProblemCodes.ServiceTimeout, Message = $"{call}: no answer came in time." }),

        // The SDK has one exception for whatever it finds by itself; its text tells them apart.
        AmazonClientException when failed.Message.Contains("hash", StringComparison.OrdinalIgnoreCase) =>
            new("", new Problem { Code = ProblemCodes.NetworkFailure, Message = $"{call}: the answer arrived damaged: its bytes are not those of its checksum." }),
        AmazonClientException when failed.Message.Contains("credential", StringComparison.OrdinalIgnoreCase) =>
            new("", new Problem { Code = ProblemCodes.InvalidCredentials, Message = $"{call}: there are no credentials: neither in the target, nor in the environment that the plugin runs in." }),
        _ => null,
    };

    /// <summary>What became of one of several that a call was for.</summary>
    public static Problem OfOne(string call, string? code, string? text, string which) => new()
    {
        Code = ByCode.TryGetValue(code ?? "", out var row) ? row.Means : ProblemCodes.GeneralServiceException,
        Message = $"{call}: {code} {which}: {text?.Trim().TrimEnd('.')}.",
    };

    private static Refusal Explain(string call, AmazonServiceException refused)
    {
        var code = refused.ErrorCode ?? "";
        var status = (int)refused.StatusCode;
        var means = ByCode.TryGetValue(code, out var row) ? row.Means : Statuses.GetValueOrDefault(status, ProblemCodes.GeneralServiceException);
        var request = refused.RequestId is { Length: > 0 } id ? $" (request {id})" : "";

        // What AWS says of credentials repeats parts of the request, a session token among them.
        var text = means == ProblemCodes.InvalidCredentials ? "AWS does not take the credentials, or they have expired, or this machine's clock is wrong" : refused.Message?.Trim().TrimEnd('.');
        return new(code, new Problem
        {
            Code = means,
            Message = $"{call}: {(code.Length == 0 ? status.ToString(CultureInfo.InvariantCulture) : code)}: {text}{request}.",
            RetryAfter = RetryAfterOf(refused),
        });
    }

    private static TimeSpan? RetryAfterOf(AmazonServiceException refused) =>
        refused.InnerException is HttpErrorResponseException { Response: { } response } && response.IsHeaderPresent("Retry-After")
        && int.TryParse(response.GetHeaderValue("Retry-After"), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            ? TimeSpan.FromSeconds(Math.Min(seconds, 3600))
            : null;

    private static string Innermost(Exception failed)
    {
        while (failed.InnerException is { } inner)
            failed = inner;
        return failed.Message.TrimEnd('.');
    }
}
