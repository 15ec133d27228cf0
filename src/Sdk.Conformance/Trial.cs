using System.Text.Json;
using System.Text.Json.Nodes;
using Formae.Model;
using Formae.Protocol.Bus;
using Formae.Protocol.Samples;

namespace Formae.Sdk.Conformance;

/// <summary>One phase of one sample: it makes objects, asks of them what it is about, and leaves none behind.</summary>
internal sealed class Trial(Bench bench, ConformanceSample sample, AnnouncedShape type, IReadOnlyDictionary<string, Thing> others)
{
    // Tells the report of a create that is asked for once more from those before.
    private const int Again = 2000;

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

    /// <summary>What the control plane makes of the form with changed fields, for an object that is there.</summary>
    /// <exception cref="NotApplicableException">The sample has none.</exception>
    public JsonElement Changed(Thing thing) => Over(thing, Filled(Sample.Changed ?? throw new NotApplicableException("the sample has no 'changed'"), thing));

    /// <summary>The declared over the stored, as the control plane plans it: what a document leaves out stays, keyed sets and alternatives of something declared excepted.</summary>
    public JsonElement Over(Thing thing, JsonElement declared) =>
        thing.Live.ValueKind == JsonValueKind.Object && Stored(thing) is var stored ? PropertyDiff.Between(stored, declared, Type.Schema, DiffMode.Exact).ApplyTo(stored) : declared;

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

    public OperationRequest Create(Thing thing) => thing.Begun = Bench.Request(OperationVerb.Create, thing) with { Properties = Type.Closed(thing.Wanted, Bench.Plugin.Seal) };

    public OperationRequest Read(Thing thing) => Bench.Request(OperationVerb.Read, thing) with { NativeId = thing.Id, PriorProperties = Prior(thing) };

    /// <summary>An update as the control plane sends it: the declared over the stored, with the patch between the two, and secrets that do not change withheld.</summary>
    /// <param name="thing">The object.</param>
    /// <param name="wanted">What it shall be.</param>
    /// <param name="expected">What it must still be; null for no look before.</param>
    public OperationRequest Update(Thing thing, JsonElement wanted, JsonElement? expected = null)
    {
        var stored = Stored(thing);
        var diff = PropertyDiff.Between(stored, Type.Closed(wanted, Bench.Plugin.Seal), Type.Schema, DiffMode.Exact);
        return Bench.Request(OperationVerb.Update, thing) with
        {
            NativeId = thing.Id,
            Properties = Plain(diff.ApplyTo(stored)),
            PriorProperties = Prior(thing),
            Expected = expected,
            Patch = Plain(diff.Patch(PatchValues.Stored)),
        };
    }

    /// <summary>An update that writes each field anew, whether it differs or not, as after the replacement of what its references lead to. An empty patch would ask for a look and no change.</summary>
    public OperationRequest Rewrite(Thing thing, JsonElement wanted, JsonElement? expected = null) => Update(thing, wanted, expected) with { Patch = PatchTo(wanted) };

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
    public Task ChangeAsync(Thing thing, JsonElement wanted, JsonElement? expected, Instance instance = Instance.First) => ChangeAsync(thing, wanted, Update(thing, wanted, expected), instance);

    /// <summary>The same with a request of its own.</summary>
    public async Task ChangeAsync(Thing thing, JsonElement wanted, OperationRequest update, Instance instance = Instance.First)
    {
        wanted = Over(thing, wanted);
        var report = await Bench.CompleteAsync(update, instance).ConfigureAwait(false);
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
    /// <param name="isBrokenOff">Whether the phase did not come to its end, so that a create may have been under way.</param>
    /// <param name="instance">Who removes it.</param>
    /// <returns>What could not be removed, in words.</returns>
    public async Task<IReadOnlyList<string>> CleanAsync(bool isBrokenOff, Instance instance)
    {
        List<string> left = [];
        foreach (var thing in Enumerable.Reverse(_things))
        {
            try
            {
                // Nobody heard what became of the create: the same once more tells what it has made.
                if (isBrokenOff && thing is { LastId: null, Begun: { } begun })
                    thing.NativeId = (await Bench.CompleteAsync(begun with { Sequence = begun.Sequence + Again, Doubt = Doubt.Unheard }, instance).ConfigureAwait(false)).NativeId;
                if (thing.NativeId is null)
                    continue;
                var report = await Bench.CompleteAsync(Delete(thing), instance).ConfigureAwait(false);
                if (report.Status != OperationStatus.Success)
                    left.Add($"{thing.Type.Name} '{thing.Id}' ({Rule.Words(report)})");
            }
            catch (Exception late) when (late is TimeoutException or BrokenRuleException or OperationCanceledException)
            {
                var what = thing.NativeId is { } id ? $"'{id}'" : $"of the sample '{thing.Sample}' with {thing.Unique} for ${{UNIQUE}}, if it was made";
                left.Add($"{thing.Type.Name} {what} ({(late is OperationCanceledException ? "there was no time left to remove it" : late.Message)})");
            }
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

    private static JsonElement Plain(JsonElement properties) => References.Resolve(properties, static _ => null).Properties;

    /// <summary>Each field that can be written in place as a whole.</summary>
    private JsonElement? PatchTo(JsonElement wanted)
    {
        var patch = new JsonArray();
        foreach (var property in Plain(Type.Closed(wanted, Bench.Plugin.Seal)).EnumerateObject().Where(property => !Type.HintOf(property.Name).CreateOnly))
            patch.Add((JsonNode)new JsonObject { ["op"] = "add", ["path"] = "/" + property.Name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal), ["value"] = JsonNode.Parse(property.Value.GetRawText()) });
        return patch.Count == 0 ? null : JsonSerializer.SerializeToElement(patch);
    }
}
