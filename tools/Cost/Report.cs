using System.Text;

namespace Formae.Cost;

/// <summary>The answers as texts.</summary>
internal static class Report
{
    private const int Width = 36;

    public static string Of(CostData data, Question question)
    {
        var simulation = new Simulation(data, question);
        var stages = simulation.Stages();
        var (tier, first) = (question.Tier, stages[0]);
        var text = new StringBuilder();
        text.AppendLine($"{question.Verb} {Show.Count(question.Resources)} resources on {tier.Name}: {Place(tier)}");
        text.AppendLine($"plugins: {string.Join(", ", question.Shares.Select(share => $"{share.Key} {Show.Number(share.Value * 100)} %"))}; a call of the cloud takes {Show.Time(question.CloudLatency)}{Rates(question)}");
        if (simulation.Documents > 1)
            text.AppendLine($"in {simulation.Documents} documents of at most {Show.Count(data.Work.ResourcesPerDocument)}, side by side");
        text.AppendLine();
        var name = stages.Max(stage => stage.Name.Length);
        text.AppendLine($"{"".PadRight(name)}  {"at least",9}");
        foreach (var stage in stages)
            text.AppendLine($"{stage.Name.PadRight(name)}  {Show.Time(stage.Seconds),9}  {Show.Bar(stage.Seconds / first.Seconds, Width).PadRight(Width)}  {Show.Count(stage.Units)} {stage.Unit}, {Show.Count(stage.PerSecond)} a second".TrimEnd());
        text.AppendLine();
        text.AppendLine($"time              at least {Show.Time(simulation.Seconds)}, of which {Show.Time(simulation.IntakeSeconds)} before the first operation starts");
        text.AppendLine($"first bottleneck  {first.Name}: {Show.Count(first.PerSecond)} {first.Unit} a second. To go beyond: {first.More}.");
        text.AppendLine($"cost              {Show.Sum(new Bill(data, tier).Of(question.Verb, question.Resources, question.CloudLatency, question.Shares).Select(charge => charge.Dollars))} beside what the tier costs at rest");
        return text.ToString().ReplaceLineEndings("\n");
    }

    /// <summary>A bill as a table of Markdown, with a last line for the sum.</summary>
    public static string Table(IReadOnlyList<Charge> charges)
    {
        var text = new StringBuilder("| | | $ |\n|---|---|---:|\n");
        foreach (var charge in charges)
            text.Append($"| {charge.What} | {charge.How} | {Show.Money(charge.Dollars).TrimStart('$')} |\n");
        return text.Append($"| **Together** | | **{Show.Sum(charges.Select(charge => charge.Dollars)).Replace("$", "", StringComparison.Ordinal)}** |\n").ToString();
    }

    /// <summary>Everything about the tiers that infra/README.md shows.</summary>
    public static string Tables(CostData data, IEnumerable<Tier> tiers)
    {
        var text = new StringBuilder();
        foreach (var tier in tiers)
        {
            var bill = new Bill(data, tier);
            text.Append($"### {tier.Name}\n\n{Place(tier)}.\n\nA month at rest:\n\n{Table(bill.AtRest())}\n1,000 creates beyond what is free, in a cloud that takes 0.5 s a call:\n\n{Table(bill.Of("create", 1000, 0.5))}\n");
        }

        return text.ToString();
    }

    /// <summary>The limits, as a table of Markdown.</summary>
    public static string Limits(CostData data) => Rows("| Limit | | Basis |\n|---|---:|---|\n", data.Limits.Select(limit => $"| {limit.Unit} | {Show.Number(limit.Value)} | {Basis(limit.Basis, limit.Source, null)} |"));

    /// <summary>The prices, as a table of Markdown.</summary>
    public static string Prices(CostData data) => Rows("| Price of | $ | Basis |\n|---|---:|---|\n", data.Prices.Select(price =>
        $"| {price.Name}: {price.Unit} | {price.Value?.ToString("0.##########", System.Globalization.CultureInfo.InvariantCulture) ?? "not known"} | {Basis(price.Basis, price.Source, price.Date)} |"));

    private static string Rows(string head, IEnumerable<string> rows) => head + string.Join('\n', rows) + "\n";

    private static string Basis(string basis, string? source, string? date) => source is null ? basis : $"[{basis}]({source}){(date is null ? "" : $" of {date}")}";

    private static string Place(Tier tier) =>
        $"{(tier.Backend == Backends.Storage ? "task hub in the storage account" : $"Durable Task Scheduler {tier.SchedulerSku}{(tier.SchedulerSku == "Dedicated" ? $" ({tier.SchedulerUnits})" : "")}")}, Service Bus {tier.BusSku}{(tier.BusSku == "Premium" ? $" ({tier.BusUnits})" : "")}, coordinator up to {tier.Coordinator.Instances} × {tier.Coordinator.Memory} MB";

    private static string Rates(Question question) => question.CloudRates.Count == 0 ? "" : $"; its rate: {string.Join(", ", question.CloudRates.Select(rate => $"{rate.Key} {Show.Number(rate.Value)}/s"))}";
}
