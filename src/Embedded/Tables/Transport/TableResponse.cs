using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using Azure;
using Azure.Core;

namespace Formae.Embedded.Tables;

/// <summary>The answer to one request, in the shape that the service's HTTP answers have.</summary>
internal sealed class TableResponse(int status, string? etag = null, TableError? error = null) : Response
{
    public static readonly TableResponse Ok = new(200);
    public static readonly TableResponse Accepted = new(202);
    public static readonly TableResponse NoContent = new(204);

    public TableError? Error { get; } = error;

    public override int Status { get; } = status;

    public override bool IsError => Status >= 400;

    public override string ReasonPhrase => Status switch
    {
        200 => "OK",
        202 => "Accepted",
        204 => "No Content",
        400 => "Bad Request",
        404 => "Not Found",
        409 => "Conflict",
        412 => "Precondition Failed",
        413 => "Request Entity Too Large",
        _ => "",
    };

    public override Stream? ContentStream { get; set; } = error is null ? null : new MemoryStream(error.ToJson(), writable: false);

    public override string ClientRequestId { get; set; } = "";

    public override void Dispose()
    {
    }

    protected override bool TryGetHeader(string name, [NotNullWhen(true)] out string? value)
    {
        value = name.Equals("ETag", StringComparison.OrdinalIgnoreCase) ? etag
            : name.Equals("x-ms-error-code", StringComparison.OrdinalIgnoreCase) ? Error?.Code
            : name.Equals("Content-Type", StringComparison.OrdinalIgnoreCase) && Error is not null ? "application/json"
            : null;
        return value is not null;
    }

    protected override bool TryGetHeaderValues(string name, [NotNullWhen(true)] out IEnumerable<string>? values)
    {
        values = TryGetHeader(name, out var value) ? [value] : null;
        return values is not null;
    }

    protected override bool ContainsHeader(string name) => TryGetHeader(name, out _);

    protected override IEnumerable<HttpHeader> EnumerateHeaders()
    {
        foreach (var name in (string[])["ETag", "x-ms-error-code", "Content-Type"])
        {
            if (TryGetHeader(name, out var value))
                yield return new HttpHeader(name, value);
        }
    }
}

/// <summary>Why the service refused a request; in a transaction also which action it refused.</summary>
internal sealed record TableError(int Status, string Code, string Message, int? FailedIndex = null)
{
    public TableResponse ToResponse() => new(Status, error: this);

    public string Text => FailedIndex is { } index ? string.Create(CultureInfo.InvariantCulture, $"{index}:{Message}") : Message;

    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, object>
    {
        ["odata.error"] = new Dictionary<string, object>
        {
            ["code"] = Code,
            ["message"] = new Dictionary<string, string> { ["lang"] = "en-US", ["value"] = Text },
        },
    });
}
