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
        var kept = await IsTakenAsync(resource, cancellation) ? await UnmanagedAsync(resource with { Label = resource.NativeId ?? resource.Ksuid! }, cancellation) : resource;
        await PutAsync(kept, existing: null, "create", commandId, cancellation);
    }

    /// <summary>
    /// Writes an object that came to be although its command was canceled: as one that nobody manages, under the label that it was to have. The next command that
    /// declares it adopts it. Nothing is written where the resource, or this very object, is in the inventory already.
    /// </summary>
    public async Task PutAbandonedAsync(Resource resource, string commandId, CancellationToken cancellation)
    {
        if (!await IsKnownAsync(resource, commandId, cancellation))
            await PutAsync(await UnmanagedAsync(resource, cancellation), existing: null, "create", commandId, cancellation);
    }

    /// <summary>
    /// Writes a second object that one create has made, because its message came twice and the plugin keeps no tokens. An object that this very resource was
    /// once is none: the report is an old one, come again.
    /// </summary>
    public async Task PutSecondAsync(Resource resource, string commandId, CancellationToken cancellation)
    {
        if (resource.NativeId is not { } nativeId
            || await FindByNativeIdAsync(resource.Type, resource.Target, nativeId, cancellation) is not null
            || (await tables.Versions.ReadAsync(TableClient.CreateQueryFilter($"PartitionKey eq {resource.Ksuid} and NativeId eq {nativeId}"), cancellation, WriterColumns)).Count > 0)
            return;

        // A repetition of this very write goes by the row that the first one has left.
        var second = resource with { Stack = Stack.Unmanaged, Label = nativeId, Managed = false, Ksuid = ksuids.Next() };
        if (await tables.Resources.FindAsync(Keys.Escape(second.Stack), RowOf(second.Key), cancellation) is { } there)
            second = there.GetString("CommandId") == commandId ? second with { Ksuid = there.GetString("Ksuid") } : second with { Label = second.Ksuid };
        await PutAsync(second, existing: null, "create", commandId, cancellation);
    }

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

    private async Task<Resource> UnmanagedAsync(Resource resource, CancellationToken cancellation)
    {
        var unmanaged = resource with { Stack = Stack.Unmanaged, Managed = false };
        return await IsTakenAsync(unmanaged, cancellation) ? unmanaged with { Label = unmanaged.NativeId ?? unmanaged.Ksuid! } : unmanaged;
    }

    private async Task<bool> IsTakenAsync(Resource resource, CancellationToken cancellation) =>
        await tables.Resources.FindAsync(Keys.Escape(resource.Stack), RowOf(resource.Key), cancellation) is { } live && live.GetString("Ksuid") != resource.Ksuid;
}
