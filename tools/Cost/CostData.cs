using System.Text.Json;
using System.Text.Json.Serialization;

namespace Formae.Cost;

/// <summary>A list price in US dollars.</summary>
/// <param name="Name">Ours.</param>
/// <param name="Value">Null: nobody here knows it.</param>
/// <param name="Unit">What it buys.</param>
/// <param name="Basis"><c>page</c>: read on the source; <c>memory</c>: known, and no page of it found; <c>unknown</c>.</param>
/// <param name="Source">The page.</param>
/// <param name="Date">When the page said so.</param>
/// <param name="Region">Where it holds.</param>
internal sealed record Price(string Name, [property: JsonPropertyName("price")] double? Value, string Unit, string Basis, string? Source = null, string? Date = null, string? Region = null);

/// <summary>What a service takes at most, or how something is counted.</summary>
/// <param name="Name">Ours.</param>
/// <param name="Value">How much.</param>
/// <param name="Unit">Of what.</param>
/// <param name="Basis"><c>page</c>, <c>memory</c>, or <c>assumption</c>: ours, and nobody else's.</param>
/// <param name="Source">The page.</param>
internal sealed record Limit(string Name, double Value, string Unit, string Basis, string? Source = null);

/// <summary>What one operation of a verb takes. A test holds it to what the control plane does.</summary>
/// <param name="Verb">create, update or delete.</param>
/// <param name="Requests">Messages to the plugin.</param>
/// <param name="Reports">Messages from the plugin; those that travel together are fewer.</param>
/// <param name="Calls">Of the cloud.</param>
/// <param name="Actions">Of the task hub.</param>
/// <param name="Events">Of these: to an orchestration.</param>
/// <param name="EntityOperations">Of these: of an entity.</param>
/// <param name="TableWrites">Requests that write; a transaction is one.</param>
/// <param name="TableReads">Requests that read.</param>
/// <param name="HottestRows">Rows written into the one partition that gets most.</param>
internal sealed record VerbWork(string Verb, double Requests, double Reports, double Calls, double Actions, double Events, double EntityOperations, double TableWrites, double TableReads, double HottestRows);

/// <summary>What the control plane does, and how much of it at once.</summary>
internal sealed record Work(
    int ResourcesPerDocument, int OperationsPerGroup, int GroupsAtOnce, int CallsAtOnce, int EntitiesAtOnce, int CoordinatorTimersPerHour, int PluginTimersPerHour, IReadOnlyList<VerbWork> Verbs)
{
    public VerbWork Of(string verb) => Verbs.Single(one => one.Verb == verb);
}

/// <summary>Prices, limits and work, as the files beside this one say.</summary>
internal sealed record CostData(IReadOnlyList<Price> Prices, IReadOnlyList<Limit> Limits, Work Work)
{
    public static CostData Load() => new(Read(DataJson.Default.IReadOnlyListPrice, "prices.json"), Read(DataJson.Default.IReadOnlyListLimit, "limits.json"), Read(DataJson.Default.Work, "work.json"));

    /// <summary>Null when it is not known.</summary>
    public double? Price(string name) => Prices.Single(price => price.Name == name).Value;

    public double Limit(string name) => Limits.Single(limit => limit.Name == name).Value;

    private static T Read<T>(System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> json, string file)
    {
        using var stream = typeof(CostData).Assembly.GetManifestResourceStream(file)!;
        return JsonSerializer.Deserialize(stream, json)!;
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(IReadOnlyList<Price>))]
[JsonSerializable(typeof(IReadOnlyList<Limit>))]
[JsonSerializable(typeof(Work))]
internal sealed partial class DataJson : JsonSerializerContext;
