using System.Globalization;
using System.Text.Json;
using Formae.Model;

namespace Formae.Cli.Submitting;

/// <summary>A parameter that a document declares under <c>Properties</c>.</summary>
internal sealed record Parameter(string Name, FormaProperty Declared)
{
    /// <summary><c>--NAME</c>, when it has a flag.</summary>
    public string? Flag => Declared.Flag is { Length: > 0 } flag ? "--" + flag.TrimStart('-') : null;

    /// <summary>There is a value when none is given.</summary>
    public bool HasValue => IsThere(Declared.Default) || IsThere(Declared.Value);

    /// <summary>What is wrong with a value; null when it is of the parameter's type.</summary>
    public string? Mistake(string value) => Declared.Type switch
    {
        "Int" when !long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _) => $"'{value}' is no whole number.",
        "Float" when !double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) || !double.IsFinite(number) => $"'{value}' is no number.",
        "Boolean" when value is not ("true" or "false") => $"'{value}' is neither true nor false.",
        _ => null,
    };

    public string DefaultText => IsThere(Declared.Default) ? Declared.Default!.Value.ToString() : "";

    private static bool IsThere(JsonElement? value) => value is { ValueKind: not (JsonValueKind.Null or JsonValueKind.Undefined) };
}
