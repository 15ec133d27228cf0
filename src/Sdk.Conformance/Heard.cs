using System.Collections.Concurrent;
using System.Text.Encodings.Web;
using System.Text.Json;
using Formae.Model;

namespace Formae.Sdk.Conformance;

/// <summary>What was secret in what the kit has sent, and what the plugin has said since.</summary>
internal sealed class Heard
{
    /// <summary>Shorter texts stand everywhere.</summary>
    public const int ShortestSecret = 6;

    private readonly ConcurrentDictionary<string, byte> _secrets = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<(string Source, string Text)> _texts = new();

    /// <summary>Whether anything is secret, however short.</summary>
    public bool HasSecrets => !_secrets.IsEmpty;

    /// <summary>Whether anything is secret that can be looked for.</summary>
    public bool CanLook => _secrets.Keys.Any(secret => secret.Length >= ShortestSecret);

    public void Say(string source, string text) => _texts.Enqueue((source, text));

    /// <summary>Takes note of each secret in a value: by its hints, or by its envelope.</summary>
    public void Keep(JsonElement value, HintTree hints)
    {
        if (SecretValues.IsSecret(value, hints))
        {
            if (!Envelope.IsSealed(value) && !Envelope.IsHashed(value) && !Envelope.IsWithheld(value))
                KeepAll(Envelope.IsValue(value) ? value.GetProperty(Envelope.Value) : value);
        }
        else if (value.ValueKind == JsonValueKind.Object)
        {
            foreach (var property in value.EnumerateObject())
                Keep(property.Value, hints.Child(property.Name));
        }
        else if (value.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in value.EnumerateArray())
                Keep(item, hints);
        }
    }

    /// <summary>A whole value that is secret, and all texts in it.</summary>
    public void KeepAll(JsonElement secret)
    {
        switch (secret.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var property in secret.EnumerateObject())
                    KeepAll(property.Value);
                break;
            case JsonValueKind.Array:
                foreach (var item in secret.EnumerateArray())
                    KeepAll(item);
                break;
            case JsonValueKind.String:
                _secrets.TryAdd(secret.GetString()!, 0);
                break;
        }
    }

    /// <summary>Where a secret stands in the open, without repeating it.</summary>
    public string? Leak(IEnumerable<string> log)
    {
        var forms = _secrets.Keys.Where(secret => secret.Length >= ShortestSecret).SelectMany(Forms).Distinct(StringComparer.Ordinal).ToList();
        foreach (var (source, text) in _texts.Concat(log.Select(line => ("the log", line))))
        {
            foreach (var form in forms.Where(form => text.Contains(form, StringComparison.Ordinal)))
                return $"{source}: {Around(text, form, forms)}";
        }

        return null;
    }

    /// <summary>A text without the secrets that are known.</summary>
    public string Scrub(string text)
    {
        foreach (var form in _secrets.Keys.Where(secret => secret.Length > 0).SelectMany(Forms).Distinct(StringComparer.Ordinal).OrderByDescending(form => form.Length))
            text = text.Replace(form, "***", StringComparison.Ordinal);
        return text;
    }

    private static string Around(string text, string form, List<string> forms)
    {
        const int before = 60;
        var at = text.IndexOf(form, StringComparison.Ordinal);
        var shown = text[Math.Max(0, at - before)..Math.Min(text.Length, at + form.Length + before)];
        foreach (var one in forms.OrderByDescending(one => one.Length))
            shown = shown.Replace(one, "***", StringComparison.Ordinal);
        return $"…{shown}…";
    }

    private static IEnumerable<string> Forms(string secret)
    {
        yield return secret;
        if (secret.Length < ShortestSecret)
            yield break;
        yield return JsonEncodedText.Encode(secret, JavaScriptEncoder.Default).ToString();
        yield return JsonEncodedText.Encode(secret, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).ToString();
        yield return Uri.EscapeDataString(secret);
        yield return Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(secret)).TrimEnd('=');
        yield return Convert.ToHexStringLower(System.Text.Encoding.UTF8.GetBytes(secret));
    }
}
