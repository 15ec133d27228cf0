using System.Text.Json;
using System.Text.Json.Nodes;
using Formae.Model;
using Formae.Protocol.Bus;
using Formae.Protocol.Samples;

namespace Formae.Sdk.Conformance;

/// <summary>One phase of one sample: it makes objects, asks of them what it is about, and leaves none behind.</summary>
internal sealed class Trial(Bench bench, ConformanceSample sample, AnnouncedShape type, IReadOnlyDictionary<string, Thing> others)
{
    private readonly List<Thing> _things = [];

    public Bench Bench { get; } = bench;

    public ConformanceSample Sample { get; } = sample;

    public AnnouncedShape Type { get; } = type;

    /// <summary>Whether two objects of the sample can stand side by side.</summary>
    public bool CanBeMany { get; } = Placeholders.UsesUnique(sample.Properties);

    /// <summary>An object that is to be made, with what is unique filled in.</summary>
    public Thing New()
    {
        var unique = Placeholders.Unique();
        var thing = new Thing(Sample.Name, Type, unique, Bench.Ksuid()) { Wanted = Filled(Sample.Properties, unique) };
        _things.Add(thing);
        return thing;
    }

    /// <summary>Another form of the same object.</summary>
    public JsonElement Filled(JsonElement template, Thing thing) => Filled(template, thing.Unique);

    /// <summary>The form with changed fields.</summary>
    /// <exception cref="NotApplicableException">The sample has none.</exception>
    public JsonElement Changed(Thing thing) => Filled(Sample.Changed ?? throw new NotApplicableException("the sample has no 'changed'"), thing);

    /// <summary>Makes an object.</summary>
    public async Task<Thing> MakeAsync(Instance instance = Instance.First)
    {
        var thing = New();
        await MakeAsync(thing, Create(thing), instance).ConfigureAwait(false);
        return thing;
    }

    public async Task<OperationReport> MakeAsync(Thing thing, OperationRequest create, Instance instance = Instance.First) =>
        Made(thing, await Bench.CompleteAsync(create, instance).ConfigureAwait(false));

    /// <summary>Takes what was reported of a create for what the object is.</summary>
    public static OperationReport Made(Thing thing, OperationReport report)
    {
        Rule.Holds(report is { Status: OperationStatus.Success, NativeId.Length: > 0, Properties.ValueKind: JsonValueKind.Object }, "A create must end with success, a native id and the whole object.", report);
        (thing.NativeId, thing.Live) = (report.NativeId, report.Properties!.Value);
        return report;
    }

    public OperationRequest Create(Thing thing) => Bench.Request(OperationVerb.Create, thing) with { Properties = Type.Closed(thing.Wanted, Bench.Plugin.Seal) };

    public OperationRequest Read(Thing thing) => Bench.Request(OperationVerb.Read, thing) with { NativeId = thing.Id, PriorProperties = Prior(thing) };

    /// <param name="thing">The object.</param>
    /// <param name="wanted">What it shall be.</param>
    /// <param name="expected">What it must still be; null for no look before.</param>
    public OperationRequest Update(Thing thing, JsonElement wanted, JsonElement? expected = null) => Bench.Request(OperationVerb.Update, thing) with
    {
        NativeId = thing.Id,
        Properties = Type.Closed(wanted, Bench.Plugin.Seal),
        PriorProperties = Prior(thing),
        Expected = expected,
        Patch = PatchTo(wanted),
    };

    public OperationRequest Delete(Thing thing) => Bench.Request(OperationVerb.Delete, thing) with { NativeId = thing.Id, PriorProperties = Prior(thing) };

    public JsonElement Stored(Thing thing) => Type.Stored(thing.Live, thing.Wanted);

    /// <summary>Reads an object that must be there.</summary>
    public async Task<JsonElement> FindAsync(Thing thing, Instance instance = Instance.First)
    {
        var report = await Bench.CompleteAsync(Read(thing), instance).ConfigureAwait(false);
        Rule.Holds(report is { Status: OperationStatus.Success, Properties.ValueKind: JsonValueKind.Object }, "A read must find what is there.", report);
        return report.Properties!.Value;
    }

    /// <summary>Changes an object that must be as it is known.</summary>
    public async Task ChangeAsync(Thing thing, JsonElement wanted, JsonElement? expected, Instance instance = Instance.First)
    {
        var report = await Bench.CompleteAsync(Update(thing, wanted, expected), instance).ConfigureAwait(false);
        Rule.Holds(report.Status == OperationStatus.Success, "An update of what is as it was planned against must succeed.", report);
        Rule.Holds(report.NativeId == thing.Id, $"An update must keep the native id '{thing.Id}'.", report);
        Took(thing, wanted, report);
    }

    /// <summary>What an update has reported is stored, and is what a read is told of the object.</summary>
    public static void Took(Thing thing, JsonElement wanted, OperationReport? report) => (thing.Wanted, thing.Live) = (wanted, report?.Properties ?? thing.Live);

    /// <summary>Removes an object and holds that it is gone.</summary>
    public async Task RemoveAsync(Thing thing, Instance instance = Instance.First)
    {
        var report = await Bench.CompleteAsync(Delete(thing), instance).ConfigureAwait(false);
        Rule.Holds(report.Status == OperationStatus.Success, "A delete must succeed.", report);
        await GoneAsync(thing, instance).ConfigureAwait(false);
        thing.NativeId = null;
    }

    /// <summary>Holds that a read does not find it.</summary>
    public async Task GoneAsync(Thing thing, Instance instance = Instance.First)
    {
        var read = await Bench.CompleteAsync(Read(thing), instance).ConfigureAwait(false);
        Rule.Holds(read is { Status: OperationStatus.Failure, Problem.Code: ProblemCodes.NotFound }, $"A read of what is gone must answer {ProblemCodes.NotFound}.", read);
    }

    /// <summary>Holds that an object is what was asked for.</summary>
    public void IsAsWanted(JsonElement live, JsonElement wanted, bool all, string rule) =>
        Rule.Holds(!Type.Differences(live, wanted, all).Any(), $"{rule} {string.Join("; ", Type.Differences(live, wanted, all))}.");

    /// <summary>Removes what the phase has left.</summary>
    /// <returns>Null, or what could not be removed.</returns>
    public async Task<string?> CleanAsync()
    {
        string? left = null;
        foreach (var thing in Enumerable.Reverse(_things).Where(thing => thing.NativeId is not null))
        {
            var report = await Bench.CompleteAsync(Delete(thing)).ConfigureAwait(false);
            if (report.Status != OperationStatus.Success)
                left = $"What the phase has made could not be removed: {Rule.Words(report)}.";
        }

        return left;
    }

    /// <summary>Something else than what was made turned up; it goes too.</summary>
    public void AlsoRemove(Thing like, string nativeId) => _things.Add(new Thing(like.Sample, like.Type, like.Unique, like.Ksuid) { Wanted = like.Wanted, Live = like.Live, NativeId = nativeId });

    private JsonElement Filled(JsonElement template, string unique)
    {
        var filled = Bench.Placeholders.Fill(template, unique, others);
        Bench.Heard.Keep(filled, Type.Hints);
        return filled;
    }

    private JsonElement? Prior(Thing thing) => thing.Live.ValueKind == JsonValueKind.Object ? Type.Prior(Stored(thing)) : null;

    /// <summary>Each field that can be written in place as a whole. An empty patch would ask for a look and no change.</summary>
    private JsonElement? PatchTo(JsonElement wanted)
    {
        var patch = new JsonArray();
        foreach (var property in Type.Closed(wanted, Bench.Plugin.Seal).EnumerateObject().Where(property => !Type.HintOf(property.Name).CreateOnly))
            patch.Add((JsonNode)new JsonObject { ["op"] = "add", ["path"] = "/" + property.Name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal), ["value"] = JsonNode.Parse(property.Value.GetRawText()) });
        return patch.Count == 0 ? null : JsonSerializer.SerializeToElement(patch);
    }
}
