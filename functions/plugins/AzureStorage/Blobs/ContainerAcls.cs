using Azure.Core;
using Formae.Model;
using Formae.Plugins.AzureStorage.Transport;

namespace Formae.Plugins.AzureStorage.Blobs;

/// <summary>
/// Changes a container's list of who may reach it. The service takes the list as a whole and compares no ETag, so two changes at once would lose one of
/// them: a change is made under a lease of the container, which holds for all instances of this plugin, and in turn within this process.
/// </summary>
internal sealed class ContainerAcls(TimeProvider time) : IDisposable
{
    /// <summary>The shortest that the service gives; should this process die, the next change waits no longer.</summary>
    private const string LeaseSeconds = "15";

    private static readonly TimeSpan ReleasePatience = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim[] _turns = [.. Enumerable.Range(0, 64).Select(_ => new SemaphoreSlim(1))];

    public static async Task<(ContainerAcl? Acl, Problem? Problem)> ReadAsync(StorageClient blobs, string container, CancellationToken cancellation)
    {
        var answer = await blobs.SendAsync(RequestMethod.Get, PathOf(container), cancellation).ConfigureAwait(false);
        return answer.IsSuccess ? (ContainerAcl.Of(answer), null) : (null, answer.ProblemOf(BlobContainerHandler.Subject(container)));
    }

    /// <param name="blobs">The service.</param>
    /// <param name="container">Which container.</param>
    /// <param name="change">Changes the list, or says why it is left as it is.</param>
    /// <param name="cancellation">Ends the change before it is written.</param>
    /// <returns>Null when the list is written.</returns>
    public async Task<Problem?> ChangeAsync(StorageClient blobs, string container, Func<ContainerAcl, Problem?> change, CancellationToken cancellation)
    {
        var turn = _turns[(uint)blobs.UrlOf(container).GetHashCode(StringComparison.Ordinal) % _turns.Length];
        await turn.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            var leased = await LeaseAsync(blobs, container, "acquire", null, cancellation).ConfigureAwait(false);
            if (!leased.IsSuccess)
                return leased.ProblemOf(BlobContainerHandler.Subject(container));
            var lease = leased["x-ms-lease-id"]!;
            try
            {
                return await ChangeAsync(blobs, container, lease, change, cancellation).ConfigureAwait(false);
            }
            finally
            {
                await ReleaseAsync(blobs, container, lease).ConfigureAwait(false);
            }
        }
        finally
        {
            turn.Release();
        }
    }

    public void Dispose()
    {
        foreach (var turn in _turns)
            turn.Dispose();
    }

    // A change that was broken off, too, gives the container free; where that fails the lease ends by itself.
    private async Task ReleaseAsync(StorageClient blobs, string container, string lease)
    {
        using var patience = new CancellationTokenSource(ReleasePatience, time);
        try
        {
            await LeaseAsync(blobs, container, "release", lease, patience.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested)
        {
            // The next change waits for the lease to end.
        }
    }

    private static async Task<Problem?> ChangeAsync(StorageClient blobs, string container, string lease, Func<ContainerAcl, Problem?> change, CancellationToken cancellation)
    {
        var (acl, problem) = await ReadAsync(blobs, container, cancellation).ConfigureAwait(false);
        if (acl is null || change(acl) is { } stop && (problem = stop) is not null)
            return problem;
        var written = await blobs.SendAsync(RequestMethod.Put, PathOf(container), cancellation, put =>
        {
            put.Headers.Add("x-ms-lease-id", lease);
            if (ContainerAcl.HeaderOf(acl.Access) is { } access)
                put.Headers.Add(ContainerAcl.AccessHeader, access);
            put.Headers.Add("Content-Type", "application/xml");
            put.Content = RequestContent.Create(acl.ToXml());
        }).ConfigureAwait(false);
        return written.IsSuccess ? null : written.ProblemOf(BlobContainerHandler.Subject(container));
    }

    private static Task<Answer> LeaseAsync(StorageClient blobs, string container, string action, string? lease, CancellationToken cancellation) =>
        blobs.SendAsync(RequestMethod.Put, $"{BlobContainerHandler.PathOf(container)}&comp=lease", cancellation, put =>
        {
            put.Headers.Add("x-ms-lease-action", action);
            if (lease is null)
                put.Headers.Add("x-ms-lease-duration", LeaseSeconds);
            else
                put.Headers.Add("x-ms-lease-id", lease);
        });

    private static string PathOf(string container) => $"{BlobContainerHandler.PathOf(container)}&comp=acl";
}
