using System.Globalization;
using System.Text;

namespace Formae.Bench;

/// <summary>What is measured, and in what.</summary>
/// <param name="Name">As it is printed.</param>
/// <param name="Unit"><c>s</c>, <c>ms</c>, <c>MB</c>, <c>x</c> or <c>/s</c>.</param>
internal sealed record Scenario(string Name, string Unit = "s")
{
    /// <summary>What we want to reach; null for no aim.</summary>
    public double? Target { get; init; }

    /// <summary>Terraform 1.11 with a provider of the same kind, on a machine of the same kind.</summary>
    public double? Terraform { get; init; }

    /// <summary>Alchemy 0.94, likewise.</summary>
    public double? Alchemy { get; init; }
}

/// <summary>Gathers measurements and prints them as one table.</summary>
internal sealed class Results(TextWriter output, bool isQuick)
{
    private readonly List<(Scenario Scenario, List<double> Values)> _rows = [];

    public void Add(Scenario scenario, double value)
    {
        var row = _rows.Find(row => row.Scenario.Name == scenario.Name);
        if (row.Values is null)
            _rows.Add(row = (scenario, []));
        row.Values.Add(value);
        output.WriteLine($"  {scenario.Name}: {Text(value, scenario.Unit)}");
    }

    /// <summary>What has not reached its target; a quick run is held to none.</summary>
    public IEnumerable<string> Missed => _rows.Where(row => IsMissed(row.Scenario, Median(row.Values))).Select(row => row.Scenario.Name);

    public double? MedianOf(string name) => _rows.Find(row => row.Scenario.Name == name).Values is { } values ? Median(values) : null;

    public void Print()
    {
        if (_rows.Count == 0)
            return;
        string[] head = ["scenario", "ours", "runs", "spread", "target", "", "Terraform", "x", "Alchemy", "x"];
        var lines = _rows.Select(Line).Prepend(head).ToList();
        var widths = Enumerable.Range(0, head.Length).Select(column => lines.Max(line => line[column].Length)).ToArray();
        output.WriteLine();
        foreach (var line in lines)
            output.WriteLine(string.Join("  ", line.Select((cell, column) => column == 0 ? cell.PadRight(widths[column]) : cell.PadLeft(widths[column]))).TrimEnd());
        output.WriteLine();
        output.WriteLine(isQuick
            ? "A quick run: the numbers are those of small documents and are compared with nothing."
            : "Ours is the median, wall clock from the request to the moment the client saw the end. x: how many times longer the other one takes; both were measured earlier on a machine of the same kind.");
    }

    public static double Median(IReadOnlyList<double> values)
    {
        var sorted = values.Order().ToArray();
        var middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    public static string Text(double value, string unit) => unit switch
    {
        "s" => string.Create(CultureInfo.InvariantCulture, $"{value:0.00} s"),
        "ms" => string.Create(CultureInfo.InvariantCulture, $"{value:0.00} ms"),
        "x" => string.Create(CultureInfo.InvariantCulture, $"{value:0.0} x"),
        "MB" => string.Create(CultureInfo.InvariantCulture, $"{value:0} MB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{value:#,0} {unit}"),
    };

    private string[] Line((Scenario Scenario, List<double> Values) row)
    {
        var (scenario, values) = row;
        var ours = Median(values);
        return
        [
            scenario.Name,
            Text(ours, scenario.Unit),
            values.Count.ToString(CultureInfo.InvariantCulture),
            values.Count > 1 ? $"{Text(values.Min(), scenario.Unit)} to {Text(values.Max(), scenario.Unit)}" : "",
            Other(scenario.Target, scenario.Unit),
            isQuick || scenario.Target is null ? "" : IsMissed(scenario, ours) ? "missed" : "met",
            Other(scenario.Terraform, scenario.Unit),
            Ratio(scenario.Terraform, ours),
            Other(scenario.Alchemy, scenario.Unit),
            Ratio(scenario.Alchemy, ours),
        ];
    }

    private bool IsMissed(Scenario scenario, double ours) => !isQuick && ours > scenario.Target;

    private string Other(double? value, string unit) => isQuick || value is not { } number ? "" : Text(number, unit);

    private string Ratio(double? other, double ours) => isQuick || other is not { } number ? "" : string.Create(CultureInfo.InvariantCulture, $"{number / ours:0.0}");
}
