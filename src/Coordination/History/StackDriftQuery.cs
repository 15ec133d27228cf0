using System.Text.Json;
using Formae.Coordination.Catalog;
using Formae.Coordination.Intake;
using Formae.Coordination.Storage;
using Formae.Engine.Planning;
using Formae.Protocol.Http;

namespace Formae.Coordination.History;

/// <summary>What others did to a stack since it was last reconciled, in the very words in which a reconcile would be rejected because of it.</summary>
public sealed class StackDriftQuery(DriftQuery drift, StackStore stacks, PluginCatalog catalog)
{
    /// <summary>Null when there is no such stack.</summary>
    public async Task<StackDrift?> OfStackAsync(string stack, CancellationToken cancellation)
    {
        await catalog.RefreshAsync(cancellation);
        return await stacks.FindAsync(stack, cancellation) is null ? null : Drift.OfStack(await drift.SinceReconcileAsync(stack, cancellation)).Deserialize(HttpJson.Default.StackDrift);
    }
}
