using System.Text.Json;
using System.Text.RegularExpressions;

namespace Formae.Cost.Tests;

/// <summary>The numbers say where they are from, and those that are ours are those of the code.</summary>
public sealed class DataTests
{
    private static readonly CostData Data = CostData.Load();

    [Fact]
    public void What_was_read_on_a_page_names_it_and_what_was_not_names_none()
    {
        Assert.All(Data.Prices, price => Assert.True(price.Basis is "page" or "memory" or "unknown" && (price.Source is not null) == (price.Basis == "page") && (price.Value is null) == (price.Basis == "unknown"), price.Name));
        Assert.All(Data.Limits, limit => Assert.True(limit.Basis is "page" or "memory" or "assumption" && (limit.Source is not null) == (limit.Basis == "page") && limit.Value > 0, limit.Name));
        Assert.Equal(Data.Prices.Count + Data.Limits.Count, Data.Prices.Select(price => price.Name).Concat(Data.Limits.Select(limit => limit.Name)).Distinct().Count());
    }

    [Fact]
    public void What_the_code_does_at_once_is_what_the_code_says()
    {
        Assert.Equal(Data.Work.ResourcesPerDocument, Number(@"MaxResources \{ get; init; \} = (?<n>[\d_]+)", "src", "Protocol", "Documents", "FormaLimits.cs"));
        Assert.Equal(Data.Work.OperationsPerGroup, Number(@"const int Largest = (?<n>\d+)", "src", "Engine", "Commands", "Grouping.cs"));
        Assert.Equal(Data.Work.GroupsAtOnce, Number(@"const int GroupsAtOnce = (?<n>\d+)", "functions", "Coordinator", "Orchestrations", "CommandOrchestrator.cs"));
        var extensions = JsonElement.Parse(Repository.Read("host.json")).GetProperty("extensions");
        Assert.Equal(Data.Work.CallsAtOnce, extensions.GetProperty("serviceBus").GetProperty("maxConcurrentCalls").GetInt32());
        Assert.Equal(Data.Work.EntitiesAtOnce, extensions.GetProperty("durableTask").GetProperty("maxConcurrentEntityFunctions").GetInt32());
    }

    [Fact]
    public void The_timers_are_those_of_the_apps()
    {
        Assert.Equal(Data.Work.CoordinatorTimersPerHour, RunsAnHour("functions", "Coordinator"));
        Assert.Equal(Data.Work.PluginTimersPerHour, RunsAnHour("src", "Sdk.Functions"));
    }

    [Theory]
    [InlineData(Backends.Scheduler)]
    [InlineData(Backends.Storage)]
    public void The_private_endpoints_are_those_of_the_templates(string backend)
    {
        var tier = Repository.Tier("prod") with { Backend = backend };
        var inModules = Directory.EnumerateFiles(Path.Combine(Repository.Bicep, "modules"), "*.bicep").ToDictionary(file => Path.GetFileName(file), file => Endpoints(File.ReadAllText(file)));
        var host = Assert.Single(inModules, module => module.Value.Count > 1);
        var shared = inModules.Where(module => module.Key != host.Key && (module.Key != "scheduler.bicep" || backend == Backends.Scheduler)).Sum(module => module.Value.Sum());
        var (withHub, without) = (host.Value.Max(), host.Value.Min());

        Assert.True(inModules["scheduler.bicep"].Sum() == 1 && shared > 3, "The templates make no private endpoints any more where they did.");
        Assert.Equal(shared + (backend == Backends.Storage ? withHub : without) + (tier.Plugins.Count * without), tier.PrivateEndpoints);
    }

    /// <summary>How many endpoints a template makes: one, or as many as the parts that it goes through; of two lists it takes one.</summary>
    private static List<int> Endpoints(string template) => !template.Contains("'private-endpoint.bicep'", StringComparison.Ordinal)
        ? []
        : Regex.Match(template, @"for part in (?<lists>.+?): if").Groups["lists"] is { Success: true } lists
            ? [.. Regex.Matches(lists.Value, @"\[(?<parts>[^\]]+)\]").Select(list => list.Groups["parts"].Value.Split(',').Length)]
            : [1];

    private static int Number(string pattern, params string[] path)
    {
        var match = Regex.Match(Repository.Read(path), pattern);
        Assert.True(match.Success, $"{string.Join('/', path)} does not say it any more.");
        return int.Parse(match.Groups["n"].Value.Replace("_", "", StringComparison.Ordinal), System.Globalization.CultureInfo.InvariantCulture);
    }

    private static int RunsAnHour(params string[] folder) =>
        Directory.EnumerateFiles(Path.Combine([Repository.Root, .. folder]), "*.cs", SearchOption.AllDirectories).SelectMany(file => Regex.Matches(File.ReadAllText(file), @"TimerTrigger\(""(?<cron>[^""]+)""")).Sum(match => match.Groups["cron"].Value.Split(' ') switch
        {
            [var every, "*", "*", "*", "*", "*"] when every.StartsWith("*/", StringComparison.Ordinal) => 3600 / int.Parse(every[2..], System.Globalization.CultureInfo.InvariantCulture),
            [_, "*", "*", "*", "*", "*"] => 60,
            [_, _, "*", "*", "*", "*"] => 1,
            _ => throw new InvalidOperationException($"{match.Value} is a clock that this test cannot read."),
        });
}
