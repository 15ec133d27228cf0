using System.Globalization;
using Azure;

namespace Formae.Embedded.Tables;

/// <summary>
/// The ETag of a row is its time stamp in the service's form, <c>W/"datetime'2026-01-31T12%3A00%3A00.1234567Z'"</c>. A stamp is a count of UTC ticks.
/// </summary>
internal static class ETagText
{
    /// <summary>What <see cref="StampOf"/> gives for <see cref="ETag.All"/>.</summary>
    public const long Any = -1;

    /// <summary>What <see cref="StampOf"/> gives for a text that is no row's ETag.</summary>
    public const long None = -2;

    private const string Prefix = "W/\"datetime'";
    private const string Suffix = "'\"";
    private const string Form = "yyyy-MM-ddTHH%3Amm%3Ass.fffffffZ";

    public static string Of(long stamp) => string.Create(Prefix.Length + Form.Length + Suffix.Length, stamp, static (text, stamp) =>
    {
        var time = new DateTime(stamp, DateTimeKind.Utc);
        Prefix.CopyTo(text);
        var at = Prefix.Length;
        Digits(text, ref at, time.Year, 4, "-");
        Digits(text, ref at, time.Month, 2, "-");
        Digits(text, ref at, time.Day, 2, "T");
        Digits(text, ref at, time.Hour, 2, "%3A");
        Digits(text, ref at, time.Minute, 2, "%3A");
        Digits(text, ref at, time.Second, 2, ".");
        Digits(text, ref at, (int)(stamp % TimeSpan.TicksPerSecond), 7, "Z");
        Suffix.CopyTo(text[at..]);
    });

    public static long StampOf(ETag etag)
    {
        if (etag == ETag.All)
            return Any;
        var text = etag.ToString();
        if (text.Length != Prefix.Length + Form.Length + Suffix.Length
            || !text.StartsWith(Prefix, StringComparison.Ordinal) || !text.EndsWith(Suffix, StringComparison.Ordinal))
            return None;
        var time = text.AsSpan(Prefix.Length, Form.Length);
        const DateTimeStyles Utc = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;
        return DateTime.TryParseExact(time, "yyyy-MM-dd'T'HH'%3A'mm'%3A'ss.fffffff'Z'", CultureInfo.InvariantCulture, Utc, out var stamp) ? stamp.Ticks : None;
    }

    private static void Digits(Span<char> text, ref int at, int number, int count, string separator)
    {
        for (var place = at + count - 1; place >= at; place--, number /= 10)
            text[place] = (char)('0' + (number % 10));
        at += count;
        separator.CopyTo(text[at..]);
        at += separator.Length;
    }
}
