using System.Globalization;

namespace Formae.Embedded.Functions;

/// <summary>Turns the text of a route parameter into what the function's parameter asks for.</summary>
internal static class RouteValue
{
    public const string SupportedTypes = "string, int, long, Guid, bool, double or DateTime";

    /// <summary>Null when <paramref name="type"/> cannot come from a route.</summary>
    public static Func<string, (bool Fits, object? Value)>? ParserOf(Type type)
    {
        var plain = Nullable.GetUnderlyingType(type) ?? type;
        if (plain == typeof(string))
            return text => (true, text);
        if (plain == typeof(int))
            return text => (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value), value);
        if (plain == typeof(long))
            return text => (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value), value);
        if (plain == typeof(Guid))
            return text => (Guid.TryParse(text, out var value), value);
        if (plain == typeof(bool))
            return text => (bool.TryParse(text, out var value), value);
        if (plain == typeof(double))
            return text => (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value), value);
        if (plain == typeof(DateTime))
            return text => (DateTime.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal, out var value), value);
        return null;
    }
}
