using System.Security.Cryptography;
using System.Text;
using Azure.Core;
using Formae.Model;
using Formae.Plugins.AzureStorage.Transport;
using Formae.Sdk;

namespace Formae.Plugins.AzureStorage.Blobs;

/// <summary>
/// Changes a container's list of who may reach it. The service takes the list as a whole and compares no ETag, so two changes at once would lose one of
/// them: a change is made under a lease of the container, which holds for all instances of this plugin, and in turn within this process.
/// </summary>
internal sealed class ContainerAcls(TimeProvider time) : IDisposable
{
    /// <summary>The shortest that the service gives; should this process die, the next change of another operation waits no longer.</summary>
    private const string LeaseSeconds = "15";

    private static readonly TimeSpan LeasePatience = TimeSpan.FromSeconds(10);

    /// <summary>What is left of it when the call is over: enough for a service that answers.</summary>
    private static readonly TimeSpan LastPatience = TimeSpan.FromMilliseconds(800);

    private readonly SemaphoreSlim[] _turns = [.. Enumerable.Range(0, 64).Select(_ => new SemaphoreSlim(1))];

    public static async Task<(ContainerAcl? Acl, Problem? Problem)> ReadAsync(StorageClient blobs, string container, CancellationToken cancellation)
    {
        var answer = await blobs.SendAsync(RequestMethod.Get, PathOf(container), cancellation).ConfigureAwait(false);
        return answer.IsSuccess ? (ContainerAcl.Of(answer), null) : (null, answer.ProblemOf(BlobContainerHandler.Subject(container)));
    }

    /// <param name="request">On whose behalf.</param>
    /// <param name="blobs">The service.</param>
    /// <param name="container">Which container.</param>
    /// <param name="change">Changes the list, or says why it is left as it is.</param>
    /// <param name="cancellation">Ends the change before it is written.</param>
    /// <returns>Null when the list is written.</returns>
    public async Task<Problem?> ChangeAsync(OperationContext request, StorageClient blobs, string container, Func<ContainerAcl, Problem?> change, CancellationToken cancellation)
    {
        var turn = _turns[(uint)blobs.UrlOf(container).GetHashCode(StringComparison.Ordinal) % _turns.Length];
        await turn.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            var lease = LeaseOf(request);
            var leased = await LeaseAsync(blobs, container, "acquire", lease, cancellation).ConfigureAwait(false);
            if (leased.Status >= 400)
                return leased.ProblemOf(BlobContainerHandler.Subject(container));
            try
            {
                cancellation.ThrowIfCancellationRequested();
                if (!leased.IsSuccess)
                    return leased.ProblemOf(BlobContainerHandler.Subject(container));
                return await ChangeAsync(blobs, container, lease, change, cancellation).ConfigureAwait(false);
            }
            finally
            {
                // One of which nobody heard, too; should this fail, it ends by itself.
                await LeaseAsync(blobs, container, "release", lease, cancellation).ConfigureAwait(false);
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

    private static async Task<Problem?> ChangeAsync(StorageClient blobs, string container, string lease, Func<ContainerAcl, Problem?> change, CancellationToken cancellation)
    {
        var (acl, problem) = await ReadAsync(blobs, container, cancellation).ConfigureAwait(false);
        if (acl is null)
            return problem;
        if (change(acl) is { } refused)
            return refused;
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

    /// <summary>Not broken off at once when the call is: a lease of which nobody heard would be in everybody's way.</summary>
    private async Task<Answer> LeaseAsync(StorageClient blobs, string container, string action, string lease, CancellationToken cancellation)
    {
        using var patience = new CancellationTokenSource(LeasePatience, time);
        using var over = cancellation.Register(() => patience.CancelAfter(LastPatience));
        try
        {
            return await blobs.SendAsync(RequestMethod.Put, $"{BlobContainerHandler.PathOf(container)}&comp=lease", patience.Token, put =>
            {
                put.Headers.Add("x-ms-lease-action", action);
                put.Headers.Add(action == "acquire" ? "x-ms-proposed-lease-id" : "x-ms-lease-id", lease);
                if (action == "acquire")
                    put.Headers.Add("x-ms-lease-duration", LeaseSeconds);
            }).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested)
        {
            return Answer.Of(Problems.Of(ProblemCodes.ServiceTimeout, "the lease of the container was not answered in time."));
        }
    }

    /// <summary>The same for each delivery of one operation: one that comes again after a crash need not wait for its own lease to end.</summary>
    internal static string LeaseOf(OperationContext request) => new Guid(SHA256.HashData(Encoding.UTF8.GetBytes(request.OperationId)).AsSpan(0, 16)).ToString("D");

    private static string PathOf(string container) => $"{BlobContainerHandler.PathOf(container)}&comp=acl";
}
