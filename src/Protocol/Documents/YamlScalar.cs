using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Formae.Protocol.Documents;

/// <summary>What a scalar means in the YAML core schema, as JSON.</summary>
internal static partial class YamlScalar
{
    /// <summary>Kind and JSON text; <see cref="JsonTokenType.None"/> for a number that JSON does not have.</summary>
    public static (JsonTokenType Kind, string Json) Read(YamlValue.Scalar scalar)
    {
        if (scalar.Tag == "str" || (!scalar.IsPlain && scalar.Tag is null))
            return Text(scalar.Text);
        switch (scalar.Text)
        {
            case "" or "~" or "null" or "Null" or "NULL":
                return (JsonTokenType.Null, "null");
            case "true" or "True" or "TRUE":
                return (JsonTokenType.True, "true");
            case "false" or "False" or "FALSE":
                return (JsonTokenType.False, "false");
        }

        if (Integer().IsMatch(scalar.Text))
            return (JsonTokenType.Number, BigInteger.Parse(scalar.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture));
        if (Octal().IsMatch(scalar.Text))
            return (JsonTokenType.Number, scalar.Text[2..].Aggregate(BigInteger.Zero, (value, digit) => value * 8 + (digit - '0')).ToString(CultureInfo.InvariantCulture));
        if (Hexadecimal().IsMatch(scalar.Text))
            return (JsonTokenType.Number, BigInteger.Parse("0" + scalar.Text[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture));
        if (NotFinite().IsMatch(scalar.Text))
            return (JsonTokenType.None, "");
        return Float().Match(scalar.Text) is { Success: true } number ? Number(number) : Text(scalar.Text);
    }

    /// <summary>Whether a reader of the text would see something that the number has lost.</summary>
    public static bool LosesZeros(YamlValue.Scalar scalar) => scalar.IsPlain && scalar.Text.Length > 1 && scalar.Text[0] == '0' && scalar.Text.All(char.IsAsciiDigit);

    private static (JsonTokenType, string) Number(Match match)
    {
        var text = new StringBuilder();
        if (match.Value[0] == '-')
            text.Append('-');
        var whole = match.Groups["whole"].Value.TrimStart('0');
        text.Append(whole.Length == 0 ? "0" : whole);
        if (match.Groups["fraction"].Value is { Length: > 0 } fraction)
            text.Append('.').Append(fraction);
        text.Append(match.Groups["exponent"].Value);
        return double.TryParse(text.ToString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value)
            ? (JsonTokenType.Number, text.ToString())
            : (JsonTokenType.None, "");
    }

    private static (JsonTokenType, string) Text(string text) => (JsonTokenType.String, Quote(text));

    public static string Quote(string text) => $"\"{JsonEncodedText.Encode(text, System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"";

    [GeneratedRegex(@"^[-+]?[0-9]{1,308}\z")]
    private static partial Regex Integer();

    [GeneratedRegex(@"^0o[0-7]{1,308}\z")]
    private static partial Regex Octal();

    [GeneratedRegex(@"^0x[0-9a-fA-F]{1,250}\z")]
    private static partial Regex Hexadecimal();

    [GeneratedRegex(@"^[-+]?(?=\.?[0-9])(?<whole>[0-9]*)(\.(?<fraction>[0-9]*))?(?<exponent>[eE][-+]?[0-9]+)?\z")]
    private static partial Regex Float();

    [GeneratedRegex(@"^([-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN))\z")]
    private static partial Regex NotFinite();
}
