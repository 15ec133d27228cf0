using System.Globalization;
using System.Text.Json;
using Formae.Coordination.Catalog;
using Formae.Coordination.Storage;
using Formae.Model;
using Formae.Protocol.Http;
using Stack = Formae.Model.Stack;
using TargetOperation = Formae.Engine.Planning.TargetOperation;

namespace Formae.Coordination.History;

/// <summary>
/// A stack as it was, as a document: the resources that it had, each as its version then holds it. A resource that is still there is told by its identity, under
/// whatever label; one that is gone is made anew, under a new identity.
/// </summary>
public sealed class StackSnapshots(
    ChangeLog log, VersionStore versions, ResourceStore resources, StackStore stacks, TargetStore targets, CommandStore commands, UpdateStore updates, ResourceNames names, PluginCatalog catalog, TimeProvider time)
{
    /// <summary>The stack as it was right after a command, or at a time.</summary>
    /// <param name="stack">The stack; it may be gone by now.</param>
    /// <param name="to">See <see cref="PointInTime.Parse"/>.</param>
    public async Task<SnapshotOutcome> AtAsync(string stack, string to, CancellationToken cancellation)
    {
        if (PointInTime.Parse(to, time.GetUtcNow()) is not { } point)
            return new SnapshotOutcome.None(ErrorCodes.InvalidRequest, $"to is '{to}'; it is the id of a command, a time such as 2027-01-31T12:00:00Z, or how long ago, such as 90s, 15m, 2h or 7d.");
        await catalog.RefreshAsync(cancellation);
        var history = await StackLog.ReadAsync(stack, log, commands, cancellation);
        if (history.Changes.Count == 0)
            return NotFound(await stacks.FindAsync(stack, cancellation) is null ? $"There is no stack '{stack}', and there never was." : $"Nothing was ever written to the stack '{stack}'.");

        var version = point switch
        {
            PointInTime.AfterCommand(var id) => await VersionAfterAsync(history, stack, id, cancellation),
            PointInTime.At(var at) => history.VersionAt(at) ?? (object)NotFound($"The stack '{stack}' held nothing yet at {Text(at)}: its history begins at {Text(history.Beginning)}."),
            _ => throw new InvalidOperationException("A point in time that is not known."),
        };
        if (version is SnapshotOutcome refused)
            return refused;
        var found = (string)version;
        return await OfAsync(stack, history, found, history.At(found), withStack: true, cancellation);
    }

    /// <summary>
    /// The stack as it was last reconciled, without what a user destroyed since: nothing that was given up on purpose comes back. Only resources; stack, policies and targets are as they are.
    /// </summary>
    public async Task<SnapshotOutcome> LastReconcileAsync(string stack, CancellationToken cancellation)
    {
        await catalog.RefreshAsync(cancellation);
        var history = await StackLog.ReadAsync(stack, log, commands, cancellation);
        if (await history.LastReconcileAsync(cancellation) is not { } version)
            return NotFound($"The stack '{stack}' was never reconciled: there is no state to go back to.");
        var destroyed = new HashSet<string>(StringComparer.Ordinal);
        foreach (var change in history.Changes.TakeWhile(change => change.Version != version).Where(change => change.Operation == ResourceRows.Delete))
        {
            if (await history.WriterOfAsync(change, cancellation) is { Kind: "destroy" })
                destroyed.Add(change.Ksuid);
        }

        return await OfAsync(stack, history, version, [.. history.At(version).Where(change => !destroyed.Contains(change.Ksuid))], withStack: false, cancellation);
    }

    private async Task<object> VersionAfterAsync(StackLog history, string stack, string commandId, CancellationToken cancellation)
    {
        var command = await commands.FindAsync(commandId, cancellation);
        if (command is not null && !States.IsFinal(command.State))
            return NotFound($"Command {commandId} still runs: what the stack is after it is not known yet.");
        if (history.Changes.FirstOrDefault(change => change.CommandId == commandId) is { } last)
            return last.Version;
        if (command is null)
            return NotFound($"There is no command {commandId}, and none of this id wrote to the stack '{stack}'.");
        if (!command.Stacks.Contains(stack))
            return NotFound($"Command {commandId} did not touch the stack '{stack}'.");
        return history.VersionAt(command.ModifiedAt) ?? (object)NotFound($"Command {commandId} wrote nothing to the stack '{stack}', and the stack held nothing yet.");
    }

    private async Task<SnapshotOutcome> OfAsync(string stack, StackLog history, string version, IReadOnlyList<Change> then, bool withStack, CancellationToken cancellation)
    {
        if (then.Count == 0)
            return NotFound($"The stack '{stack}' was empty at {Text(Ksuid.TimeOf(version))}. To get there, destroy it: formae destroy --query stack:{stack}");
        var restored = (await TableRows.ReadEachAsync(then, async change => await versions.FindAsync(change.Ksuid, change.Version, cancellation)
            ?? throw new InvalidOperationException($"Version {change.Version} of {change.Ksuid} is in the change log of '{stack}' and not among the versions."))).DistinctBy(resource => resource.Key).ToList();
        var live = (await resources.ReadStackAsync(stack, cancellation)).ToDictionary(resource => resource.Ksuid!, StringComparer.Ordinal);
        var keys = (await names.ReadAsync(restored.SelectMany(resource => ResourceStore.ProducersOf(resource.Properties)), cancellation)).ToDictionary(StringComparer.Ordinal);
        foreach (var resource in restored)
            keys[resource.Ksuid!] = resource.Key;

        var notices = new List<string>();
        var document = new Forma { Resources = [.. restored.Select(resource => Declared(resource, live.GetValueOrDefault(resource.Ksuid!), keys, notices))] };
        if (withStack)
        {
            document = document with
            {
                Stacks = [await StackAsync(stack, history, version, notices, cancellation)],
                Targets = await TargetsAsync(restored, history, version, cancellation),
            };
        }

        return new SnapshotOutcome.Found(document, notices);
    }

    private static Resource Declared(Resource then, Resource? now, Dictionary<string, ResourceKey> keys, List<string> notices) => new()
    {
        Stack = then.Stack,
        Type = then.Type,
        Label = then.Label,
        Target = then.Target,
        Group = then.Group,
        Schema = then.Schema,
        Alias = now is not null && now.Label != then.Label ? now.Label : null,
        Properties = WithoutLaterOnes(then, now, notices) is { } properties ? References.ToSource(properties, ksuid => keys.TryGetValue(ksuid, out var key) ? key : null) : null,
    };

    /// <summary>A document that leaves a field out asks nothing of it. A collection that was set since is emptied; that another field had no value cannot be said.</summary>
    private static JsonElement? WithoutLaterOnes(Resource then, Resource? now, List<string> notices)
    {
        var before = then.Properties is { ValueKind: JsonValueKind.Object } own ? own : JsonText.EmptyObject;
        if (now?.Properties is not { ValueKind: JsonValueKind.Object } current)
            return then.Properties;
        var later = current.EnumerateObject().Where(property => !CanonicalText.IsEmpty(property.Value) && (!before.TryGetProperty(property.Name, out var value) || CanonicalText.IsEmpty(value))).ToList();
        notices.AddRange(later.Where(property => property.Value.ValueKind != JsonValueKind.Array)
            .Select(property => $"{then.Key}: '{property.Name}' had no value then; it stays as it is."));
        var emptied = later.Where(property => property.Value.ValueKind == JsonValueKind.Array).Select(property => property.Name).ToHashSet(StringComparer.Ordinal);
        return emptied.Count == 0 ? then.Properties : JsonText.Write(writer =>
        {
            writer.WriteStartObject();
            foreach (var property in before.EnumerateObject().Where(property => !emptied.Contains(property.Name)))
                property.WriteTo(writer);
            foreach (var name in emptied)
            {
                writer.WriteStartArray(name);
                writer.WriteEndArray();
            }

            writer.WriteEndObject();
        });
    }

    /// <summary>The description as the last command before then set it. The policies are those of today: an end or an interval that is over would come back otherwise.</summary>
    private async Task<Stack> StackAsync(string label, StackLog history, string version, List<string> notices, CancellationToken cancellation)
    {
        var now = await stacks.FindAsync(label, cancellation);
        var then = await LastAsync(history, version, command => Task.FromResult(command.StackUpdates.LastOrDefault(update => update.Stack.Label == label)?.Stack), cancellation);
        if (then is null)
            notices.Add($"How the stack '{label}' was described then is not known; its description stays as it is.");
        if (now is null && then?.Policies is { Count: > 0 })
            notices.Add($"The stack '{label}' had policies; they do not come back with it.");
        return new Stack { Label = label, Description = then is null ? now?.Description : then.Description, Policies = now?.Policies };
    }

    /// <summary>Targets that are gone, as the last command before then declared them. Those that are there stay as they are.</summary>
    private async Task<IReadOnlyList<Target>> TargetsAsync(IReadOnlyList<Resource> restored, StackLog history, string version, CancellationToken cancellation)
    {
        var found = new List<Target>();
        foreach (var label in restored.Select(resource => resource.Target).Distinct(StringComparer.Ordinal))
        {
            if (await targets.FindAsync(label, cancellation) is not null)
                continue;
            if (await LastAsync(history, version, command => DeclaredAsync(command, label, cancellation), cancellation) is { } target)
                found.Add(target with { Version = 0 });
        }

        return found;
    }

    private async Task<Target?> DeclaredAsync(CommandRecord command, string label, CancellationToken cancellation) =>
        (await updates.ListTargetsAsync(command.CommandId, cancellation)).Select(update => update.Plan).Concat(command.TargetUpdates)
            .LastOrDefault(update => update.Operation != TargetOperation.Delete && update.Target.Label == label)?.Target;

    private static async Task<T?> LastAsync<T>(StackLog history, string version, Func<CommandRecord, Task<T?>> find, CancellationToken cancellation)
        where T : class
    {
        foreach (var change in history.Changes.Where(change => string.CompareOrdinal(change.Version, version) <= 0).DistinctBy(change => change.CommandId, StringComparer.Ordinal))
        {
            if (await history.WriterOfAsync(change, cancellation) is { } command && await find(command) is { } found)
                return found;
        }

        return null;
    }

    private static SnapshotOutcome.None NotFound(string message) => new(ErrorCodes.NoSuchPointInTime, message);

    private static string Text(DateTimeOffset time) => time.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
