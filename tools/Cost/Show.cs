using System.Globalization;

namespace Formae.Cost;

/// <summary>Numbers as people read them.</summary>
internal static class Show
{
    public static string Count(double number) => number.ToString("#,0", CultureInfo.InvariantCulture);

    public static string Number(double number) => number.ToString("#,0.##", CultureInfo.InvariantCulture);

    public static string Money(double? dollars) => dollars is { } known ? known.ToString(known is > 0 and < 0.01 ? "$0.0000" : "$#,0.00", CultureInfo.InvariantCulture) : "not known";

    /// <summary>The sum of what is known, and that there is more.</summary>
    public static string Sum(IEnumerable<double?> all)
    {
        var list = all.ToList();
        return (list.Contains(null) ? "at least " : "") + Money(list.Sum(one => one ?? 0));
    }

    public static string Time(double seconds) => seconds switch
    {
        < 1 => $"{Number(seconds)} s",
        < 120 => $"{seconds.ToString("0.#", CultureInfo.InvariantCulture)} s",
        < 7200 => $"{(seconds / 60).ToString("0.#", CultureInfo.InvariantCulture)} min",
        _ => $"{(seconds / 3600).ToString("0.#", CultureInfo.InvariantCulture)} h",
    };

    /// <summary>A bar as long as <paramref name="part"/> of the whole, and never nothing where there is something.</summary>
    public static string Bar(double part, int width) => part <= 0 ? "" : new string('█', Math.Max(1, (int)Math.Round(part * width)));
}
