using System.Security.Cryptography;
using System.Text;
using Azure.Data.Tables;
using Formae.Model;

namespace Formae.Coordination.Storage;

/// <summary>Objects that exist although nobody waited for them any more. Whatever the reason is, none of them may be lost, and none recorded twice.</summary>
public sealed partial class ResourceStore
{
    /// <summary>
    /// Writes a success of a create that nobody waited for any more. Where another resource has taken its name since, it is kept as unmanaged, under its native id:
    /// both objects exist, and neither may be lost.
    /// </summary>
    public async Task PutLateAsync(Resource resource, string commandId, CancellationToken cancellation)
    {
        if (await IsKnownAsync(resource, commandId, cancellation))
            return;
        if (await TryPutAsync(resource, existing: null, "create", commandId, cancellation) is { } inTheWay && !IsSameObject(inTheWay, resource))
            await PutUnmanagedAsync(resource, existing: null, [resource.NativeId], "create", commandId, cancellation);
    }

    /// <summary>
    /// Writes an object that came to be although its command was canceled: as one that nobody manages, under the label that it was to have. The next command that
    /// declares it adopts it. Nothing is written where the resource, or this very object, is in the inventory already.
    /// </summary>
    public async Task PutAbandonedAsync(Resource resource, string commandId, CancellationToken cancellation)
    {
        if (!await IsKnownAsync(resource, commandId, cancellation))
            await PutUnmanagedAsync(resource, existing: null, [resource.Label, resource.NativeId], "create", commandId, cancellation);
    }

    /// <summary>
    /// Writes a second object that one create has made, because its message came twice and the plugin keeps no tokens. An object that this very resource was
    /// once is none: the report is an old one, come again.
    /// </summary>
    public async Task PutSecondAsync(Resource resource, string commandId, CancellationToken cancellation)
    {
        if (resource.NativeId is not { } nativeId)
            return;
        var second = resource with { Ksuid = SecondOf(resource.Ksuid!, nativeId, commandId) };
        if (await IsKnownAsync(second, commandId, cancellation)
            || (await tables.Versions.ReadAsync(TableClient.CreateQueryFilter($"PartitionKey eq {resource.Ksuid} and NativeId eq {nativeId}"), cancellation, WriterColumns)).Count > 0
            || (await tables.Versions.ReadAsync(TableClient.CreateQueryFilter($"PartitionKey eq {second.Ksuid} and Operation eq {ResourceRows.Delete}"), cancellation, WriterColumns)).Count > 0)
            return;
        await PutUnmanagedAsync(second, existing: null, [nativeId], "create", commandId, cancellation);
    }

    /// <summary>The same whenever it is asked for: a write that is repeated, wherever it ended the first time, writes the same rows.</summary>
    private static string SecondOf(string ksuid, string nativeId, string commandId) =>
        Ksuid.Encode(Ksuid.TimeOf(ksuid), SHA256.HashData(Encoding.UTF8.GetBytes($"{ksuid}/{commandId}/{nativeId}")).AsSpan(0, 16));

    /// <summary>The live resource that stands for this object of the cloud. Another target may have objects of the same name.</summary>
    public async Task<Resource?> FindByNativeIdAsync(string type, string target, string nativeId, CancellationToken cancellation) =>
        await tables.ByNativeId.FindAsync(TypeKey(type), Keys.Escape(nativeId), cancellation) is { } pointer
        && await FindAsync(pointer.GetString("Ksuid"), cancellation) is { } found && found.Resource.NativeId == nativeId && found.Resource.Target == target ? found.Resource : null;

    /// <summary>Whether the inventory has it already, by another way than this very write.</summary>
    private async Task<bool> IsKnownAsync(Resource resource, string commandId, CancellationToken cancellation)
    {
        if (await FindAsync(resource.Ksuid!, cancellation) is { } own)
            return own.CommandId != commandId;
        return resource.NativeId is { } nativeId && await FindByNativeIdAsync(resource.Type, resource.Target, nativeId, cancellation) is { } other && other.Ksuid != resource.Ksuid;
    }

    /// <summary>
    /// Another resource has the name that a command has carried out something under: the late success of an earlier create, which became known after the command was
    /// planned. It is nobody's in this stack, but its object is there.
    /// </summary>
    private async Task MakeWayAsync(TableEntity inTheWay, Resource resource, string commandId, CancellationToken cancellation)
    {
        var other = await _rows.FromRowAsync(inTheWay, cancellation);
        if (IsSameObject(inTheWay, resource))
            await RemoveAsync(other, commandId, cancellation);
        else
            await PutUnmanagedAsync(other, existing: other, [other.Label, other.NativeId], "update", commandId, cancellation);
    }

    private static bool IsSameObject(TableEntity row, Resource resource) =>
        resource.NativeId is not null && row.GetString("NativeId") == resource.NativeId && row.GetString("Target") == resource.Target;

    /// <summary>Whether a command has planned something for a resource.</summary>
    private async Task<bool> IsOfAsync(string commandId, string ksuid, CancellationToken cancellation) =>
        (await tables.Updates.ReadAsync(TableClient.CreateQueryFilter($"PartitionKey eq {commandId} and Ksuid eq {ksuid}"), cancellation, ["PartitionKey", "RowKey"])).Count > 0;

    /// <summary>Under the first of the labels that is free; its own KSUID is.</summary>
    private async Task PutUnmanagedAsync(Resource resource, Resource? existing, IEnumerable<string?> labels, string operation, string commandId, CancellationToken cancellation)
    {
        foreach (var label in labels.Append(resource.Ksuid).OfType<string>())
        {
            if (await TryPutAsync(resource with { Stack = Stack.Unmanaged, Managed = false, Label = label }, existing, operation, commandId, cancellation) is null)
                return;
        }
    }
}
