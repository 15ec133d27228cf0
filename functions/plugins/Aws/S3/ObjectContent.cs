using System.Text;
using System.Text.Unicode;
using Formae.Model;
using Formae.Sdk;

namespace Formae.Plugins.Aws;

/// <summary>The bytes of an object, as documents write them and back.</summary>
internal static class ObjectContent
{
    /// <summary>What is larger is not shown: a report is no place for it.</summary>
    public const int Largest = 1024 * 1024;

    public static Problem? TryGet(BucketObject desired, out byte[] bytes)
    {
        bytes = [];
        if (desired is { Content: not null, ContentBase64: not null })
            return Problems.InvalidRequest("An object has either Content or ContentBase64, not both.");
        if (desired.ContentBase64 is { } encoded)
        {
            bytes = new byte[encoded.Length];
            if (!Convert.TryFromBase64String(encoded, bytes, out var length))
                return Problems.InvalidRequest("'ContentBase64' is no base64.");
            Array.Resize(ref bytes, length);
        }
        else
        {
            bytes = Encoding.UTF8.GetBytes(desired.Content ?? "");
        }

        return bytes.Length > Largest ? Problems.InvalidRequest($"The content has {bytes.Length} bytes; an object may have {Largest}.") : null;
    }

    /// <summary>Why these properties cannot become headers.</summary>
    public static Problem? Check(BucketObject desired)
    {
        foreach (var (name, value) in desired.Metadata ?? new Dictionary<string, string>())
        {
            if (name.Length == 0 || name.Any(c => !char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c is not ('-' or '_' or '.')))
                return Problems.InvalidRequest($"'Metadata.{name}': S3 keeps names in lower case; letters, digits, '-', '_' and '.' are possible.");
            if (name == Mark.Metadata)
                return Problems.InvalidRequest($"'Metadata.{name}' is kept for formae.");
            if (value.Length == 0 || value.Any(c => c is < ' ' or > '~') || value != value.Trim())
                return Problems.InvalidRequest($"'Metadata.{name}' must be printable ASCII, not empty, without a blank at either end: it travels as a header.");
        }

        return desired.Key.Length == 0 ? Problems.InvalidRequest("'Key' is empty.") : Tags.Check(desired.Tags);
    }

    /// <summary>In the form in which it was written, where that is known; else as text, where it is text.</summary>
    public static BucketObject With(BucketObject shown, byte[] bytes, BucketObject? form)
    {
        var asText = form?.ContentBase64 is null && Utf8.IsValid(bytes) && !bytes.AsSpan().Contains((byte)0);
        return shown with
        {
            Content = asText && (bytes.Length > 0 || form?.Content is not null) ? Encoding.UTF8.GetString(bytes) : null,
            ContentBase64 = asText ? null : Convert.ToBase64String(bytes),
        };
    }
}
