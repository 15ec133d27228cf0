using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Formae.Model;

namespace Formae.Cli.Submitting;

/// <summary>A parameter that a document declares under <c>Properties</c>.</summary>
internal sealed partial record Parameter(string Name, FormaProperty Declared)
{
    /// <summary><c>--NAME</c>, when it has a flag.</summary>
    public string? Flag => Declared.Flag is { Length: > 0 } flag ? "--" + flag.TrimStart('-') : null;

    /// <summary>There is a value when none is given.</summary>
    public bool HasValue => IsThere(Declared.Default) || IsThere(Declared.Value);

    /// <summary>What is wrong with a value; null when it is of the parameter's type.</summary>
    public string? Mistake(string value) => Declared.Type switch
    {
        "Int" when !WholeForm().IsMatch(value) => $"'{value}' is no whole number.",
        "Float" when !NumberForm().IsMatch(value) || !double.IsFinite(double.Parse(value, CultureInfo.InvariantCulture)) => $"'{value}' is no number.",
        "Boolean" when value is not ("true" or "false") => $"'{value}' is neither true nor false.",
        _ => null,
    };

    public string DefaultText => IsThere(Declared.Default) ? Declared.Default!.Value.ToString() : "";

    // As JSON writes numbers, which is what they become.
    [GeneratedRegex(@"^-?(0|[1-9]\d{0,17})\z")]
    private static partial Regex WholeForm();

    [GeneratedRegex(@"^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?\z")]
    private static partial Regex NumberForm();

    private static bool IsThere(JsonElement? value) => value is { ValueKind: not (JsonValueKind.Null or JsonValueKind.Undefined) };
}
