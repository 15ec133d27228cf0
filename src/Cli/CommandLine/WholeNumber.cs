using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Numerics;

namespace Formae.Cli.CommandLine;

/// <summary>Options and arguments that are whole numbers within bounds. The parser's own words for what is none name types of .NET, and a validator that asks for the value then throws.</summary>
internal static class WholeNumber
{
    public static Option<int> Option(string name, string description, int least, int most, int otherwise, string helpName = "N") => new(name)
    {
        Description = description,
        HelpName = helpName,
        DefaultValueFactory = _ => otherwise,
        CustomParser = result => Parse(result, name, least, most),
    };

    /// <summary>With no number when none was given.</summary>
    public static Option<int?> Option(string name, string description, int least) => new(name)
    {
        Description = description,
        HelpName = "N",
        CustomParser = result => Parse(result, name, least, int.MaxValue),
    };

    public static Argument<long> Argument(string name, string description) => new(name)
    {
        Description = description,
        CustomParser = result => Parse(result, name, 0, long.MaxValue),
    };

    private static TNumber Parse<TNumber>(ArgumentResult result, string name, TNumber least, TNumber most) where TNumber : struct, INumber<TNumber>, IMinMaxValue<TNumber>
    {
        var text = result.Tokens is [.., var last] ? last.Value : "";
        if (TNumber.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most)
            return number;
        result.AddError(most == TNumber.MaxValue
            ? string.Create(CultureInfo.InvariantCulture, $"{name}: '{text}' is not a number of {least} or more.")
            : string.Create(CultureInfo.InvariantCulture, $"{name}: '{text}' is not a number from {least} to {most}."));
        return least;
    }
}
