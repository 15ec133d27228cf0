using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Azure;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Identity;
using Formae.Model;
using Formae.Sdk;

namespace Formae.Plugins.AzureResources.Arm;

/// <summary>
/// Asks Azure Resource Manager, once, and says what came of it. On the bare pipeline: the resource types of Azure.ResourceManager wait or resume by their own rules, drop members that they do
/// not know, and leave no say over conditions, while the engine wants each answer as it is.
/// </summary>
internal sealed class ArmConnection(HttpPipeline pipeline, Uri endpoint, string subscriptionId)
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(10);

    public string SubscriptionId { get; } = subscriptionId;

    public Task<ArmAnswer> GetAsync(string path, string apiVersion, CancellationToken cancellationToken) => SendAsync(RequestMethod.Get, AddressOf(path, apiVersion), null, default, cancellationToken);

    /// <summary>Follows an address that an answer gave. It must be the same host's: a token goes with the question.</summary>
    public Task<ArmAnswer> FollowAsync(string address, CancellationToken cancellationToken) => Uri.TryCreate(address, UriKind.Absolute, out var uri) && IsOurs(uri)
        ? SendAsync(RequestMethod.Get, uri, null, default, cancellationToken)
        : Task.FromResult(ArmAnswer.Refused(Problems.Of(ProblemCodes.GeneralServiceException, $"Azure named an address to ask at that is not at {endpoint.Host}; it is not followed.")));

    public Task<ArmAnswer> SendAsync(RequestMethod method, string path, string apiVersion, JsonObject? body, MatchConditions? conditions, CancellationToken cancellationToken) =>
        SendAsync(method, AddressOf(path, apiVersion), body, conditions, cancellationToken);

    private async Task<ArmAnswer> SendAsync(RequestMethod method, Uri address, JsonObject? body, MatchConditions? conditions, CancellationToken cancellationToken)
    {
        using var message = pipeline.CreateMessage();
        message.Request.Method = method;
        message.Request.Uri.Reset(address);
        message.Request.Headers.SetValue(HttpHeader.Names.Accept, "application/json");
        if (conditions?.IfMatch is { } match)
            message.Request.Headers.SetValue(HttpHeader.Names.IfMatch, match.ToString());
        if (conditions?.IfNoneMatch is { } noneMatch)
            message.Request.Headers.SetValue(HttpHeader.Names.IfNoneMatch, noneMatch.ToString());
        if (body is not null)
        {
            message.Request.Headers.SetValue(HttpHeader.Names.ContentType, "application/json");
            message.Request.Content = RequestContent.Create(JsonSerializer.SerializeToUtf8Bytes(body, AzureJson.Default.JsonObject));
        }

        try
        {
            await pipeline.SendAsync(message, cancellationToken).ConfigureAwait(false);
        }
        catch (RequestFailedException lost)
        {
            return ArmAnswer.Refused(Problems.Of(ProblemCodes.NetworkFailure, $"Azure could not be reached, or did not answer: {lost.Message}"));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return ArmAnswer.Refused(Problems.Of(ProblemCodes.ServiceTimeout, "Azure did not answer in time."));
        }
        catch (AuthenticationFailedException refused)
        {
            return ArmAnswer.Refused(ArmErrors.OfMissingToken(refused));
        }

        return Read(message.Response);
    }

    private static ArmAnswer Read(Response response)
    {
        ArmMeasures.Heard(response.Headers);
        JsonElement? body = null;
        if (response.ContentStream is { Length: > 0 })
        {
            try
            {
                body = JsonElement.Parse(response.Content.ToMemory().Span);
            }
            catch (JsonException)
            {
                // A gateway in between answers in HTML; the status says what there is to say.
            }
        }

        var retryAfter = RetryAfter(response.Headers);
        return new ArmAnswer
        {
            Status = response.Status,
            Body = body,
            ETag = response.Headers.ETag?.ToString(),
            OperationAddress = Header(response, "Azure-AsyncOperation"),
            Location = Header(response, "Location"),
            RetryAfter = retryAfter,
            IsTurnedAway = response.Status is not (>= 200 and < 300) && ArmErrors.IsTurnedAway(body),
            Problem = response.Status is >= 200 and < 300 ? null : ArmErrors.Of(response.Status, body, retryAfter, Header(response, "x-ms-correlation-request-id")),
        };
    }

    private Uri AddressOf(string path, string apiVersion)
    {
        var separator = path.Contains('?', StringComparison.Ordinal) ? '&' : '?';
        return new Uri(endpoint, $"{path}{separator}api-version={Uri.EscapeDataString(apiVersion)}");
    }

    private bool IsOurs(Uri address) =>
        address.Scheme == endpoint.Scheme && address.Port == endpoint.Port
        && (address.Host.Equals(endpoint.Host, StringComparison.OrdinalIgnoreCase) || address.Host.EndsWith("." + endpoint.Host, StringComparison.OrdinalIgnoreCase));

    private static TimeSpan? RetryAfter(ResponseHeaders headers)
    {
        if (!headers.TryGetValue("Retry-After", out var text))
            return null;
        var wait = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) ? TimeSpan.FromSeconds(seconds)
            : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var until) && headers.Date is { } now ? until - now
            : TimeSpan.Zero;
        return wait <= TimeSpan.Zero ? null : wait < LongestWait ? wait : LongestWait;
    }

    private static string? Header(Response response, string name) => response.Headers.TryGetValue(name, out var value) && value.Length > 0 ? value : null;
}

/// <summary>What Azure answered.</summary>
internal sealed record ArmAnswer
{
    /// <summary>The status; 0 where there was no answer.</summary>
    public int Status { get; init; }

    public JsonElement? Body { get; init; }

    public string? ETag { get; init; }

    /// <summary>Where the status of the operation is.</summary>
    public string? OperationAddress { get; init; }

    /// <summary>Where its result will be.</summary>
    public string? Location { get; init; }

    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Why not; null where it is a yes.</summary>
    public Problem? Problem { get; init; }

    /// <summary>Whether it is a no because something else is done first.</summary>
    public bool IsTurnedAway { get; init; }

    /// <summary>That the object is still as it was answered; null where Azure does not say by what that can be told.</summary>
    public MatchConditions? IfUnchanged
    {
        get
        {
            var etag = ETag ?? (Body is { } body && body.TryGetProperty("etag", out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null);
            return etag is { Length: > 0 } ? new MatchConditions { IfMatch = new ETag(etag) } : null;
        }
    }

    public static ArmAnswer Refused(Problem problem) => new() { Problem = problem };
}
