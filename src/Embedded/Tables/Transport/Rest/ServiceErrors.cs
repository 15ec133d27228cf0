using System.Globalization;
using System.Text.Json;
using System.Xml;
using System.Xml.Linq;
using Azure;

namespace Formae.Embedded.Tables;

/// <summary>Reads why the service refused a request.</summary>
internal static class ServiceErrors
{
    /// <summary>The error that a response tells of; null when it has none that can be read.</summary>
    public static TableError? Of(Response response)
    {
        if (response is TableResponse known)
            return known.Error;
        var code = response.Headers.TryGetValue("x-ms-error-code", out var named) ? named : "";
        var found = response.ContentStream is null ? null : Read(response.Content.ToMemory().Span);
        return found is null && code.Length == 0 ? null : (found ?? new TableError(0, code, response.ReasonPhrase)) with { Status = response.Status };
    }

    /// <summary>The error in a body; null when it has none.</summary>
    public static TableError? Read(ReadOnlySpan<byte> body)
    {
        body = body.Trim(" \t\r\n"u8);
        try
        {
            return body.StartsWith("{"u8) ? ReadJson(body) : body.IndexOf((byte)'<') >= 0 ? ReadXml(body) : null;
        }
        catch (Exception e) when (e is JsonException or XmlException)
        {
            // Whatever stands between us and the service has answered: the status says enough.
            return null;
        }
    }

    private static TableError? ReadJson(ReadOnlySpan<byte> body)
    {
        var json = new Utf8JsonReader(body);
        using var document = JsonDocument.ParseValue(ref json);
        if (!document.RootElement.TryGetProperty("odata.error", out var error))
            return null;
        var code = error.TryGetProperty("code", out var named) ? named.GetString() : null;
        var text = error.TryGetProperty("message", out var message) && message.TryGetProperty("value", out var value) ? value.GetString() : null;
        return Error(code ?? "", text ?? "");
    }

    /// <summary>What stands before the service, as when it does not let a request in, answers in XML.</summary>
    private static TableError? ReadXml(ReadOnlySpan<byte> body)
    {
        using var stream = new MemoryStream(body.ToArray(), writable: false);
        var root = XDocument.Load(stream).Root!;
        var code = root.Elements().FirstOrDefault(one => one.Name.LocalName.Equals("code", StringComparison.OrdinalIgnoreCase))?.Value;
        var text = root.Elements().FirstOrDefault(one => one.Name.LocalName.Equals("message", StringComparison.OrdinalIgnoreCase))?.Value;
        return code is null ? null : Error(code, text ?? "");
    }

    /// <summary>In a transaction a message begins with the place of the action that failed.</summary>
    private static TableError Error(string code, string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon > 0 && int.TryParse(text.AsSpan(0, colon), NumberStyles.None, CultureInfo.InvariantCulture, out var index)
            ? new TableError(0, code, text[(colon + 1)..], index)
            : new TableError(0, code, text);
    }
}
