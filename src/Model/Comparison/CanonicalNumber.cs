using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Formae.Model;

/// <summary>Numbers by value, whatever their size: <c>100</c>, <c>1e2</c> and <c>100.0</c> are one, and 2^53 and 2^53 + 1 are two.</summary>
internal static class CanonicalNumber
{
    public static void Append(JsonElement number, StringBuilder text)
    {
        var raw = JsonMarshal.GetRawUtf8Value(number);
        Span<char> digits = raw.Length <= 64 ? stackalloc char[64] : new char[raw.Length];
        var count = 0;
        long exponent = 0;
        var isNegative = false;
        var isFraction = false;
        for (var i = 0; i < raw.Length; i++)
        {
            var character = (char)raw[i];
            if (character == '-')
            {
                isNegative = true;
            }
            else if (character == '.')
            {
                isFraction = true;
            }
            else if (character is 'e' or 'E')
            {
                if (!long.TryParse(raw[(i + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var written) || Math.Abs(written) > int.MaxValue)
                {
                    text.Append(Encoding.UTF8.GetString(raw));
                    return;
                }

                exponent += written;
                break;
            }
            else
            {
                if (isFraction)
                    exponent--;
                if (count > 0 || character != '0')
                    digits[count++] = character;
            }
        }

        while (count > 0 && digits[count - 1] == '0')
        {
            count--;
            exponent++;
        }

        if (count == 0)
        {
            text.Append('0');
            return;
        }

        if (isNegative)
            text.Append('-');
        text.Append(digits[..count]);
        if (exponent != 0)
            text.Append(CultureInfo.InvariantCulture, $"e{exponent}");
    }
}
