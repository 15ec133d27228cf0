using System.Globalization;
using Azure.Core;

namespace Formae.Messaging.Payloads;

/// <summary>Payloads in a container of Blob storage.</summary>
public sealed class BlobPayloads : PayloadStore
{
    /// <summary>The container; it is made when the first payload is left.</summary>
    public const string Container = "formae-payloads";

    private readonly BlobContainer _container;

    /// <summary>Reached with an app's identity.</summary>
    /// <param name="service">The blob endpoint of the account.</param>
    /// <param name="credential">The identity; it needs the role Storage Blob Data Contributor.</param>
    public BlobPayloads(Uri service, TokenCredential credential) => _container = new BlobContainer(service, credential, Container, "a payload");

    /// <summary>Reached with the key of an account.</summary>
    /// <param name="connectionString">The connection string of a storage account, or <c>UseDevelopmentStorage=true</c>.</param>
    /// <exception cref="FormatException">It is no such text; the message says why.</exception>
    public BlobPayloads(string connectionString) => _container = new BlobContainer(BlobAccount.Parse(connectionString), Container, "a payload");

    /// <inheritdoc />
    public override async Task DeleteAsync(string name, CancellationToken cancellation)
    {
        using var answer = await _container.SendAsync(RequestMethod.Delete, BlobOf(name), cancellation).ConfigureAwait(false);
        _container.Accept(answer, 202, 404);
    }

    /// <inheritdoc />
    public override async Task<bool> DeleteIfOlderAsync(string name, DateTimeOffset before, CancellationToken cancellation)
    {
        // The service counts seconds, and what was left within this one is not older.
        using var answer = await _container.SendAsync(RequestMethod.Delete, BlobOf(name), cancellation, request =>
            request.Headers.Add("If-Unmodified-Since", (before - TimeSpan.FromSeconds(1)).ToUniversalTime().ToString("R", CultureInfo.InvariantCulture))).ConfigureAwait(false);
        _container.Accept(answer, 202, 404, 412);
        return answer.Status != 412;
    }

    /// <inheritdoc />
    public override async Task<int> DeleteOlderAsync(string area, DateTimeOffset before, CancellationToken cancellation)
    {
        var count = 0;
        string? marker = null;
        do
        {
            var page = await ListAsync(area, marker, cancellation).ConfigureAwait(false);
            foreach (var (name, leftAt) in page.Blobs)
            {
                if (leftAt < before && await DeleteIfOlderAsync(name, before, cancellation).ConfigureAwait(false))
                    count++;
            }

            marker = page.Next;
        }
        while (marker is not null);
        return count;
    }

    /// <inheritdoc />
    protected override async Task WriteAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellation)
    {
        using var answer = await _container.PutAsync(Checked(name), content, cancellation).ConfigureAwait(false);
        _container.Accept(answer, 201);
    }

    /// <inheritdoc />
    protected override async Task<BinaryData?> ReadAsync(string name, CancellationToken cancellation)
    {
        using var answer = await _container.SendAsync(RequestMethod.Get, BlobOf(name), cancellation).ConfigureAwait(false);
        _container.Accept(answer, 200, 404);
        return answer.Status == 404 ? null : answer.Content;
    }

    private async Task<(IReadOnlyList<(string Name, DateTimeOffset LeftAt)> Blobs, string? Next)> ListAsync(string area, string? marker, CancellationToken cancellation)
    {
        using var answer = await _container.SendAsync(RequestMethod.Get, _container.ListOf($"{area}/", marker), cancellation).ConfigureAwait(false);
        _container.Accept(answer, 200, 404);
        return answer.Status == 404 ? ([], null) : BlobContainer.ReadList(answer);
    }

    private Uri BlobOf(string name) => _container.BlobOf(Checked(name));
}
