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
        if (!Form(desired).TryGetBytes(out bytes))
            return Problems.InvalidRequest("'ContentBase64' is no base64.");
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

    public static BucketObject With(BucketObject shown, byte[] bytes, BucketObject? form)
    {
        var content = WrittenContent.Of(bytes, form is null ? null : Form(form));
        return shown with { Content = content.Text, ContentBase64 = content.Base64 };
    }

    private static WrittenContent Form(BucketObject written) => new(written.Content, written.ContentBase64);
}
