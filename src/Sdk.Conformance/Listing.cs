using System.Text.Json;
using System.Text.Json.Nodes;
using Formae.Model;
using Formae.Protocol.Bus;

namespace Formae.Sdk.Conformance;

/// <summary>What a type's listing shows: the only way to see an object that nobody was told of.</summary>
internal static class Listing
{
    private const int MostPages = 10_000;

    /// <summary>All native ids, page by page.</summary>
    /// <param name="trial">The phase.</param>
    /// <param name="thing">Says below which parents.</param>
    /// <param name="pageSize">The most ids of a page.</param>
    public static async Task<HashSet<string>> AllAsync(this Trial trial, Thing thing, int pageSize = 100)
    {
        var request = trial.Bench.Request(OperationVerb.List, thing) with { PageSize = pageSize, ListParameters = ParentsOf(trial.Type.Schema, thing) };
        var all = new HashSet<string>(StringComparer.Ordinal);
        var tokens = new HashSet<string>(StringComparer.Ordinal);
        for (var page = 1; page <= MostPages; page++)
        {
            var report = await trial.Bench.CompleteAsync(request).ConfigureAwait(false);
            Rule.Holds(report is { Status: OperationStatus.Success, NativeIds: not null }, "A listing must succeed.", report);
            Rule.Holds(report.NativeIds!.Count <= pageSize, $"A page may hold at most {pageSize} ids; page {page} holds {report.NativeIds.Count}.");
            foreach (var id in report.NativeIds)
                Rule.Holds(all.Add(id), $"A listing must show each object once; page {page} shows '{id}' again.");
            if (report.NextPageToken is not { } token)
                return all;
            Rule.Holds(tokens.Add(token), $"The pages of a listing must come to an end; page {page} leads back to where one before it led to.");
            request = request with { PageToken = token, Sequence = request.Sequence + 1 };
        }

        throw new BrokenRuleException($"A listing must come to an end; this one has more than {MostPages} pages.");
    }

    /// <summary>
    /// Holds that the cloud has one object, and no other that was made with it. What others make meanwhile is told apart by what is unique in the sample.
    /// </summary>
    /// <param name="trial">The phase.</param>
    /// <param name="thing">The object.</param>
    /// <param name="before">What was listed before it was made; null for a type that cannot be listed.</param>
    /// <param name="after">After what, as part of a sentence.</param>
    public static async Task IsOneAsync(this Trial trial, Thing thing, HashSet<string>? before, string after)
    {
        await trial.FindAsync(thing).ConfigureAwait(false);
        if (before is null)
            return;
        var found = await trial.AllAsync(thing).ConfigureAwait(false);
        Rule.Holds(found.Contains(thing.Id), $"A listing does not show '{thing.Id}', which exists {after}.");
        List<string> more = [];
        foreach (var id in found.Except(before).Where(id => id != thing.Id))
        {
            if (await IsOfAsync(trial, thing, id).ConfigureAwait(false))
                more.Add(id);
        }

        more.ForEach(id => trial.AlsoRemove(thing, id));
        Rule.Holds(more.Count == 0, $"There must be one object {after}; there are {more.Count + 1}: '{string.Join("', '", more.Prepend(thing.Id))}'.");
    }

    /// <summary>What is listed now; null for a type that cannot be listed.</summary>
    public static async Task<HashSet<string>?> BeforeAsync(this Trial trial, Thing thing) => trial.Type.CanList ? await trial.AllAsync(thing).ConfigureAwait(false) : null;

    private static async Task<bool> IsOfAsync(Trial trial, Thing thing, string id)
    {
        if (!trial.CanBeMany)
            return true;
        var read = await trial.Bench.CompleteAsync(trial.Bench.Request(OperationVerb.Read, thing) with { NativeId = id }).ConfigureAwait(false);
        return id.Contains(thing.Unique, StringComparison.Ordinal) || read.Properties?.GetRawText().Contains(thing.Unique, StringComparison.Ordinal) == true;
    }

    /// <summary>The values by which the object's parents are listed below.</summary>
    public static JsonElement? ParentsOf(ResourceSchema schema, Thing thing)
    {
        if (schema.ParentMappings is not { Count: > 0 } mappings)
            return null;
        var parameters = new JsonObject();
        foreach (var mapping in mappings)
        {
            if ((AnnouncedShape.Of(thing.Live, mapping.ChildProperty) ?? AnnouncedShape.Of(thing.Wanted, mapping.ChildProperty)) is { } value)
                parameters[mapping.ChildProperty] = JsonNode.Parse(value.GetRawText());
        }

        return JsonSerializer.SerializeToElement(parameters);
    }
}
