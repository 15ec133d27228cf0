using System.Globalization;
using System.Text.Json.Serialization.Metadata;
using Formae.Protocol.Http;

namespace Formae.Client;

// What was, and what others did.
public sealed partial class FormaeClient
{
    /// <summary>One page of the versions of a resource, newest first; of one that is gone too.</summary>
    /// <param name="ksuid">The resource.</param>
    /// <param name="next">What the page before has under <see cref="ResourceHistory.Next"/>. Default null: the newest versions.</param>
    /// <param name="max">1 to 200. Default 50.</param>
    /// <param name="cancellation">Gives up.</param>
    public Task<ResourceHistory> GetResourceHistoryAsync(string ksuid, string? next = null, int max = 50, CancellationToken cancellation = default) => GetAsync(
        $"resources/by-ksuid/{Uri.EscapeDataString(ksuid)}/versions?max_results={max.ToString(CultureInfo.InvariantCulture)}{Parameter("continuation", next)}", HttpJson.Default.ResourceHistory, cancellation);

    /// <summary>One page of what was written to the resources of a stack, command by command, newest first.</summary>
    /// <param name="stack">The stack; it may be gone by now.</param>
    /// <param name="label">Only what was written to resources of this label, which are listed then. Default null: everything, in numbers.</param>
    /// <param name="next">What the page before has under <see cref="StackHistory.Next"/>. Default null: the newest commands.</param>
    /// <param name="max">1 to 200. Default 50.</param>
    /// <param name="cancellation">Gives up.</param>
    public Task<StackHistory> GetStackHistoryAsync(string stack, string? label = null, string? next = null, int max = 50, CancellationToken cancellation = default) => GetAsync(
        $"stacks/{Uri.EscapeDataString(stack)}/history?max_results={max.ToString(CultureInfo.InvariantCulture)}{Parameter("label", label)}{Parameter("continuation", next)}", HttpJson.Default.StackHistory, cancellation);

    /// <summary>What others did to a stack since its last reconcile, as far as it was seen.</summary>
    /// <param name="stack">The stack.</param>
    /// <param name="cancellation">Gives up.</param>
    public Task<StackDrift> GetDriftAsync(string stack, CancellationToken cancellation = default) =>
        GetAsync($"stacks/{Uri.EscapeDataString(stack)}/drift", HttpJson.Default.StackDrift, cancellation);

    /// <summary>Starts a look at every resource in its cloud; while one runs, that one is the answer.</summary>
    /// <param name="cancellation">Gives up waiting for the answer; the synchronisation goes on.</param>
    public Task<SynchronizationProgress> SynchronizeAsync(CancellationToken cancellation = default) => PostAsync("admin/synchronize", HttpJson.Default.SynchronizationProgress, cancellation);

    /// <summary>The last synchronisation, running or done.</summary>
    /// <param name="cancellation">Gives up.</param>
    public Task<SynchronizationProgress> GetSynchronizationAsync(CancellationToken cancellation = default) => GetAsync("admin/synchronize", HttpJson.Default.SynchronizationProgress, cancellation);

    /// <summary>Puts a stack with an auto-reconcile policy back to its last reconcile, now.</summary>
    /// <param name="stack">The stack.</param>
    /// <param name="cancellation">Gives up waiting for the answer.</param>
    /// <returns>The command; without an id when there is nothing to do.</returns>
    public Task<ReconcileAnswer> ReconcileStackAsync(string stack, CancellationToken cancellation = default) =>
        PostAsync($"stacks/{Uri.EscapeDataString(stack)}/reconcile", HttpJson.Default.ReconcileAnswer, cancellation);

    /// <summary>Destroys the stacks whose time to live is over, now.</summary>
    /// <param name="cancellation">Gives up waiting for the answer.</param>
    public Task<ExpiryAnswer> CheckTimeToLiveAsync(CancellationToken cancellation = default) => PostAsync("admin/check-ttl", HttpJson.Default.ExpiryAnswer, cancellation);

    private async Task<T> PostAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancellation)
    {
        using var message = new HttpRequestMessage(HttpMethod.Post, Root + path);
        return await SendAsync(message, type, cancellation);
    }
}
