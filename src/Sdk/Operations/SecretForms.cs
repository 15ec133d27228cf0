using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Formae.Sdk;

/// <summary>The forms in which a text could turn up in what others say: as it is, escaped, encoded.</summary>
internal static class SecretForms
{
    // What is shorter says nothing once it is encoded, and would be found everywhere.
    private const int ShortestEncoded = 6;

    public static IEnumerable<string> Of(string secret) => secret.Length < ShortestEncoded ? [secret] : Escaped(secret).Distinct(StringComparer.Ordinal).SelectMany(Encoded);

    /// <summary>As it stands in JSON, and in JSON within JSON.</summary>
    private static IEnumerable<string> Escaped(string secret)
    {
        yield return secret;
        foreach (var encoder in (JavaScriptEncoder[])[JavaScriptEncoder.Default, JavaScriptEncoder.UnsafeRelaxedJsonEscaping])
        {
            var once = JsonEncodedText.Encode(secret, encoder).ToString();
            yield return once;
            yield return JsonEncodedText.Encode(once, encoder).ToString();
        }
    }

    private static IEnumerable<string> Encoded(string text)
    {
        yield return text;
        yield return Uri.EscapeDataString(text);
        var bytes = Encoding.UTF8.GetBytes(text);
        yield return Convert.ToHexString(bytes);
        yield return Convert.ToHexStringLower(bytes);

        // Within a longer text (user:password) it begins at any of three places of a group, and its edges mix with what stands beside it.
        for (var before = 0; before < 3; before++)
        {
            var encoded = Convert.ToBase64String([.. new byte[before], .. bytes]);
            var start = before == 0 ? 0 : 4;
            var end = encoded.TrimEnd('=').Length - ((before + bytes.Length) % 3 == 0 ? 0 : 1);
            yield return encoded[start..end];
        }
    }
}
