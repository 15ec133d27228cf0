using System.Text;
using System.Text.Json;

namespace Formae.Model;

/// <summary>Text with references inside: <c>text RS base64(envelope) US text</c>, where RS is U+001E and US is U+001F.</summary>
public sealed class EmbeddedText
{
    private const char Open = '\u001E';
    private const char Close = '\u001F';

    private readonly IReadOnlyList<Part> _parts;

    private EmbeddedText(IReadOnlyList<Part> parts) => _parts = parts;

    /// <summary>The envelope (<c>$embed</c>) of a text that is put together from texts and references; false when a text holds one of the separators.</summary>
    public static bool TryWrite(IEnumerable<(string Text, JsonElement? Reference)> parts, out JsonElement envelope)
    {
        envelope = default;
        var text = new EmbeddedText([.. parts.Select(part => new Part(part.Text, part.Reference))]);
        if (text._parts.Any(part => part.Text.AsSpan().IndexOfAny(Open, Close) >= 0))
            return false;
        envelope = JsonText.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteBoolean(Envelope.Embed, true);
            writer.WriteString(Envelope.Template, text.Rewrite(static reference => reference));
            writer.WriteEndObject();
        });
        return true;
    }

    public IEnumerable<JsonElement> References => _parts.Where(part => part.Reference is not null).Select(part => part.Reference!.Value);

    /// <summary>False when a separator stands alone or what it encloses is no envelope.</summary>
    public static bool TryParse(string template, out EmbeddedText text)
    {
        var parts = new List<Part>();
        text = new EmbeddedText(parts);
        var position = 0;
        while (position < template.Length)
        {
            var open = template.AsSpan(position).IndexOfAny(Open, Close);
            if (open < 0)
            {
                parts.Add(new Part(template[position..], null));
                return true;
            }

            open += position;
            var close = template[open] == Open ? template.IndexOf(Close, open) : -1;
            if (close < 0 || !TryEnvelope(template.AsSpan(open + 1, close - open - 1), out var envelope))
                return false;
            if (open > position)
                parts.Add(new Part(template[position..open], null));
            parts.Add(new Part("", envelope));
            position = close + 1;
        }

        return true;
    }

    /// <summary>The template again, with each reference as <paramref name="rewrite"/> leaves it.</summary>
    public string Rewrite(Func<JsonElement, JsonElement> rewrite)
    {
        var template = new StringBuilder();
        foreach (var part in _parts)
        {
            template.Append(part.Text);
            if (part.Reference is { } reference)
                template.Append(Open).Append(Convert.ToBase64String(Encoding.UTF8.GetBytes(rewrite(reference).GetRawText()))).Append(Close);
        }

        return template.ToString();
    }

    /// <summary>The text a plugin gets: each reference replaced by its value.</summary>
    public string Substitute(Func<JsonElement, string> value) =>
        string.Concat(_parts.Select(part => part.Reference is { } reference ? value(reference) : part.Text));

    private static bool TryEnvelope(ReadOnlySpan<char> base64, out JsonElement envelope)
    {
        envelope = default;
        var bytes = new byte[base64.Length];
        if (!Convert.TryFromBase64Chars(base64, bytes, out var length))
            return false;
        try
        {
            envelope = JsonText.Parse(bytes.AsSpan(0, length));
        }
        catch (JsonException)
        {
            return false;
        }

        return Envelope.IsEnvelope(envelope);
    }

    private sealed record Part(string Text, JsonElement? Reference);
}
