using System.Globalization;
using System.Text.Json;
using System.Xml;
using System.Xml.Linq;
using Azure;
using Formae.Model;
using Formae.Sdk;

namespace Formae.Plugins.AzureStorage.Transport;

/// <summary>What a service answered, or why it did not.</summary>
internal sealed class Answer
{
    private readonly Dictionary<string, string> _headers;
    private readonly Problem? _unreached;
    private readonly string? _message;
    private readonly TimeSpan? _retryAfter;

    private Answer(int status, Dictionary<string, string> headers, BinaryData content, Problem? unreached, string? message, TimeSpan? retryAfter) =>
        (Status, _headers, Content, _unreached, _message, _retryAfter) = (status, headers, content, unreached, message, retryAfter);

    /// <summary>The status of HTTP; 0 where there was no answer.</summary>
    public int Status { get; }

    public BinaryData Content { get; }

    /// <summary>The code of an error, such as <c>ContainerNotFound</c>.</summary>
    public string? ErrorCode { get; private init; }

    public bool IsSuccess => Status is >= 200 and < 300;

    /// <summary>What is worked on, or what it lies in, is on its way out: nobody finds it any more, and only its name is not free yet.</summary>
    public bool IsBeingDeleted => ErrorCode is "ContainerBeingDeleted" or "QueueBeingDeleted" or "TableBeingDeleted";

    public string? ETag => this["ETag"];

    public string? this[string header] => _headers.TryGetValue(header, out var value) && value.Length > 0 ? value : null;

    public static Answer Of(Problem unreached) => new(0, [], new BinaryData(""), unreached, null, null);

    public static Answer Of(Response response, string? secret, TimeProvider time)
    {
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var header in response.Headers)
            headers[header.Name] = header.Value;
        var content = response.ContentStream is null ? new BinaryData("") : new BinaryData(response.Content.ToMemory());
        if (!response.IsError)
            return new Answer(response.Status, headers, content, null, null, null);
        var (code, message) = ErrorOf(content);
        return new Answer(response.Status, headers, content, null, message is null ? response.ReasonPhrase : Scrub(message, secret), RetryAfterOf(headers, time))
        {
            ErrorCode = headers.GetValueOrDefault("x-ms-error-code") ?? code,
        };
    }

    public static string Scrub(string text, string? secret) => secret is null ? text : text.Replace(secret, "***", StringComparison.Ordinal);

    /// <summary>The headers whose names begin so, by what follows, in lower case.</summary>
    public IEnumerable<(string Name, string Value)> HeadersBelow(string prefix) =>
        from header in _headers
        where header.Key.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)
        select (header.Key[prefix.Length..].ToLowerInvariant(), header.Value);

    public XElement Xml() => XDocument.Parse(Content.ToString().TrimStart('\uFEFF')).Root!;

    public JsonElement Json() => JsonElement.Parse(Content.ToMemory().Span);

    /// <summary>What is wrong, for people and for the engine.</summary>
    /// <param name="subject">What was worked on, such as <c>The queue 'orders'</c>.</param>
    public Problem ProblemOf(string subject) => _unreached is { } problem
        ? problem with { Message = $"{subject}: {problem.Message}" }
        : StorageErrors.ProblemOf(subject, Status, ErrorCode, _message, _retryAfter);

    /// <summary>What a delete comes to. What is on its way out already is deleted.</summary>
    /// <param name="subject">What was to go, such as <c>The queue 'orders'</c>.</param>
    public DeleteResult Deleted(string subject) => IsSuccess || IsBeingDeleted ? new DeleteResult.Success() : ProblemOf(subject);

    // Blobs and queues say it in XML, tables in JSON; what stands between the service and us says it in HTML.
    private static (string? Code, string? Message) ErrorOf(BinaryData content)
    {
        var text = content.ToString().TrimStart('\uFEFF', ' ', '\r', '\n');
        try
        {
            if (text.StartsWith('<'))
            {
                var root = XDocument.Parse(text).Root!;
                return (root.Element("Code")?.Value, FirstLine(root.Element("Message")?.Value));
            }

            if (text.StartsWith('{') && JsonElement.Parse(text).TryGetProperty("odata.error", out var error))
            {
                var message = error.TryGetProperty("message", out var said) && said.TryGetProperty("value", out var value) ? value.GetString() : null;
                return (error.TryGetProperty("code", out var code) ? code.GetString() : null, FirstLine(message));
            }
        }
        catch (Exception unreadable) when (unreadable is XmlException or JsonException or InvalidOperationException)
        {
            // The status says enough.
        }

        return (null, null);
    }

    // The lines after the first are the request's id and its time.
    private static string? FirstLine(string? message) => message?.Split('\n', 2)[0].Trim();

    private static TimeSpan? RetryAfterOf(Dictionary<string, string> headers, TimeProvider time)
    {
        if (headers.TryGetValue("x-ms-retry-after-ms", out var exact) && double.TryParse(exact, CultureInfo.InvariantCulture, out var milliseconds) && milliseconds >= 0)
            return TimeSpan.FromMilliseconds(milliseconds);
        if (!headers.TryGetValue("Retry-After", out var text))
            return null;
        if (double.TryParse(text, CultureInfo.InvariantCulture, out var seconds) && seconds >= 0)
            return TimeSpan.FromSeconds(seconds);
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) && at > time.GetUtcNow() ? at - time.GetUtcNow() : null;
    }
}
