using System.Globalization;
using System.Text;

namespace Formae.Embedded.Tables;

/// <summary>Writes values as the literals of a filter.</summary>
internal static class FilterText
{
    public static string? From(FormattableString? filter)
    {
        if (filter is null)
            return null;
        var literals = new object?[filter.ArgumentCount];
        for (var i = 0; i < literals.Length; i++)
            literals[i] = Argument(i, filter.GetArgument(i));
        return string.Format(CultureInfo.InvariantCulture, filter.Format, literals);
    }

    public static string Literal(string value) => $"'{value.Replace("'", "''", StringComparison.Ordinal)}'";

    public static string Literal(long value) => string.Create(CultureInfo.InvariantCulture, $"{value}L");

    public static string Literal(DateTimeOffset value) => $"datetime'{value.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.FFFFFFFK", CultureInfo.InvariantCulture)}'";

    public static string Literal(Guid value) => $"guid'{value:D}'";

    public static string Literal(byte[] value) => $"X'{Convert.ToHexString(value)}'";

    // The real client writes a whole double without a fraction here; the service then sees an Int32. Callers who mean a double write it themselves.
    private static string Argument(int index, object? value) => value switch
    {
        null => "null",
        bool flag => flag ? "true" : "false",
        long number => Literal(number),
        ulong number => string.Create(CultureInfo.InvariantCulture, $"{number}L"),
        sbyte or byte or short or ushort or int or uint or decimal or float or double => Convert.ToString(value, CultureInfo.InvariantCulture)!,
        Guid guid => Literal(guid),
        byte[] bytes => Literal(bytes),
        BinaryData data => Literal(data.ToArray()),
        DateTimeOffset time => Literal(time),
        DateTime time => Literal(new DateTimeOffset(time.ToUniversalTime())),
        string text => Literal(text),
        char character => Literal(character.ToString()),
        StringBuilder text => Literal(text.ToString()),
        _ => throw new ArgumentException($"Argument {index} of the filter is a {value.GetType()}, which no literal can hold."),
    };
}
