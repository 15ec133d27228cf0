using System.Text.Json;
using Formae.Coordination.Catalog;
using Formae.Coordination.Storage;
using Formae.Model;
using Formae.Protocol.Http;

namespace Formae.Coordination.History;

/// <summary>What was written to resources and stacks, by whom and when, as the API shows it.</summary>
public sealed class HistoryQueries(VersionStore versions, ChangeLog changes, CommandStore commands, StackStore stacks, ResourceNames names, PluginCatalog catalog)
{
    /// <summary>One page of the versions of a resource, newest first; null when there never was such a resource.</summary>
    /// <param name="ksuid">The resource.</param>
    /// <param name="next">Where the page before ended; null for the first.</param>
    /// <param name="limit">How many.</param>
    public async Task<ResourceHistory?> OfResourceAsync(string ksuid, string? next, int limit, CancellationToken cancellation)
    {
        await catalog.RefreshAsync(cancellation);
        var read = await versions.ReadAsync(ksuid, next, limit + 1, cancellation);
        if (read.Count == 0)
            return next is not null && (await versions.ReadAsync(ksuid, before: null, 1, cancellation)).Count > 0 ? new ResourceHistory() : null;
        var page = read.Take(limit).ToList();
        var writers = await WritersAsync(page.Select(version => version.CommandId), cancellation);
        var keys = await names.ReadAsync(page.SelectMany(version => ResourceStore.ProducersOf(version.Resource.Properties)), cancellation);
        return new ResourceHistory
        {
            Versions = [.. page.Select(version => Shown(version, writers.GetValueOrDefault(version.CommandId), keys))],
            Next = read.Count > limit ? page[^1].Resource.Version : null,
        };
    }

    /// <summary>One page of what was written to a stack, command by command; null for a stack that there never was.</summary>
    /// <param name="stack">The stack.</param>
    /// <param name="label">Only what was written to resources of this label, which are listed then; null for everything, in numbers.</param>
    /// <param name="next">Where the page before ended; null for the first.</param>
    /// <param name="limit">How many commands.</param>
    public async Task<StackHistory?> OfStackAsync(string stack, string? label, string? next, int limit, CancellationToken cancellation)
    {
        var page = new List<List<Change>>();
        var byCommand = new Dictionary<string, List<Change>>(StringComparer.Ordinal);
        var hasMore = false;
        string? last = null;
        var isEmpty = true;
        await foreach (var change in changes.ReadAsync(stack, next, cancellation))
        {
            isEmpty = false;
            if (label is not null && change.Label != label)
                continue;
            if (!byCommand.TryGetValue(change.CommandId, out var written))
            {
                if (page.Count == limit)
                {
                    hasMore = true;
                    break;
                }

                byCommand.Add(change.CommandId, written = []);
                page.Add(written);
            }

            written.Add(change);
            last = change.Version;
        }

        if (isEmpty && next is null && await stacks.FindAsync(stack, cancellation) is null)
            return null;
        var writers = await WritersAsync(byCommand.Keys, cancellation);
        return new StackHistory
        {
            Changes = [.. page.Select(written => Shown(written, writers.GetValueOrDefault(written[0].CommandId), isListed: label is not null))],
            Next = hasMore ? last : null,
        };
    }

    private async Task<Dictionary<string, CommandRecord>> WritersAsync(IEnumerable<string> commandIds, CancellationToken cancellation) =>
        (await TableRows.ReadEachAsync(commandIds.Distinct(StringComparer.Ordinal), id => commands.FindAsync(id, cancellation)))
            .OfType<CommandRecord>().ToDictionary(command => command.CommandId, StringComparer.Ordinal);

    private static HistoricVersion Shown(ResourceVersion version, CommandRecord? writer, IReadOnlyDictionary<string, ResourceKey> keys)
    {
        var resource = version.Resource;
        return new HistoricVersion
        {
            Version = resource.Version!,
            Time = Ksuid.TimeOf(resource.Version!),
            Operation = version.Operation,
            CommandId = version.CommandId,
            Kind = writer?.Kind,
            Mode = writer?.Mode,
            Source = writer?.Source,
            Client = writer?.ClientId,
            Ksuid = resource.Ksuid!,
            Stack = resource.Stack,
            Type = resource.Type,
            Label = resource.Label,
            Target = resource.Target.Length == 0 ? null : resource.Target,
            NativeId = resource.NativeId,
            Properties = resource.Properties is { } properties ? References.ToSource(properties, ksuid => keys.TryGetValue(ksuid, out var key) ? key : null) : null,
            ReadOnlyProperties = resource.ReadOnlyProperties,
        };
    }

    private static StackChange Shown(List<Change> written, CommandRecord? writer, bool isListed)
    {
        var operations = written.GroupBy(change => change.Ksuid, StringComparer.Ordinal).Select(OperationOf).ToList();
        int Count(string operation) => operations.Count(one => one == operation);
        return new StackChange
        {
            CommandId = written[0].CommandId,
            Time = Ksuid.TimeOf(written[0].Version),
            Kind = writer?.Kind,
            Mode = writer?.Mode,
            Source = writer?.Source,
            Client = writer?.ClientId,
            Created = Count("create"),
            Updated = Count("update"),
            Replaced = Count("replace"),
            Deleted = Count(ResourceRows.Delete),
            Resources = isListed ? [.. written.Select(change => new ChangedResource { Ksuid = change.Ksuid, Type = change.Type, Label = change.Label, Operation = change.Operation, Version = change.Version })] : null,
        };
    }

    /// <summary>What one command did to one resource, newest first: a replace is a delete and a create.</summary>
    private static string OperationOf(IEnumerable<Change> newestFirst)
    {
        var operations = newestFirst.Select(change => change.Operation).ToList();
        return operations.Contains("create") && operations.Contains(ResourceRows.Delete) ? operations[0] == ResourceRows.Delete ? ResourceRows.Delete : "replace" : operations[0];
    }
}
