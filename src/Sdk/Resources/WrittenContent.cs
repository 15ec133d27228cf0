using System.Text;
using System.Text.Unicode;

namespace Formae.Sdk;

/// <summary>A content as a document writes it: as text, which is UTF-8, or as base64. For types with a property for each, such as <c>Content</c> and <c>ContentBase64</c>.</summary>
/// <param name="Text">The content as text; null where it is not written so. Neither is an empty content.</param>
/// <param name="Base64">The content as base64; null where it is not written so. Where both are written this one counts: whether they may be is for the handler to say.</param>
public readonly record struct WrittenContent(string? Text, string? Base64)
{
    /// <summary>A content in the form in which it was written, where that is known; else as text, where it is text: UTF-8 without a null character.</summary>
    /// <param name="content">The bytes. That there are none is shown as neither form, unless an empty text was written.</param>
    /// <param name="form">How the document has it, or had it; null where nobody knows.</param>
    public static WrittenContent Of(ReadOnlySpan<byte> content, WrittenContent? form) =>
        form?.Base64 is null && Utf8.IsValid(content) && !content.Contains((byte)0)
            ? new(content.Length > 0 || form?.Text is not null ? Encoding.UTF8.GetString(content) : null, null)
            : new(null, Convert.ToBase64String(content));

    /// <summary>The bytes that are meant; false, with no bytes, where the base64 is none.</summary>
    public bool TryGetBytes(out byte[] content)
    {
        if (Base64 is not { } encoded)
        {
            content = Encoding.UTF8.GetBytes(Text ?? "");
            return true;
        }

        content = new byte[encoded.Length];
        var isBase64 = Convert.TryFromBase64String(encoded, content, out var length);
        Array.Resize(ref content, isBase64 ? length : 0);
        return isBase64;
    }
}
