namespace Formae.Cost;

/// <summary>The part of infra/README.md that this program writes.</summary>
internal static class Document
{
    public const string Begin = "<!-- written by: UPDATE_BASELINE=1 dotnet run --project tests/Cost -->";
    public const string End = "<!-- until here -->";

    public static string Generated(CostData data, string folder) =>
        $"{Report.Tables(data, [Tier.Read(folder, "dev"), Tier.Read(folder, "prod")])}### Limits\n\n{Report.Limits(data)}\n### Prices\n\n{Report.Prices(data)}";

    /// <summary>A text with what stands between the marks in it made anew.</summary>
    public static string Renew(string text, string generated)
    {
        var (from, to) = (text.IndexOf(Begin, StringComparison.Ordinal), text.IndexOf(End, StringComparison.Ordinal));
        if (from < 0 || to < from)
            throw new UsageException($"The document lacks the marks '{Begin}' and '{End}'.");
        return $"{text[..(from + Begin.Length)]}\n\n{generated}\n{text[to..]}";
    }
}
