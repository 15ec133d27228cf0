using System.Security.Cryptography;
using Formae.Protocol.Bus;

namespace Formae.Messaging.Payloads;

/// <summary>Where bodies are left that are too large for a message or a row. Both ends of the bus reach it.</summary>
public abstract class PayloadStore
{
    /// <summary>Bodies of messages: needed until the message is settled, and removed by their age at the latest.</summary>
    public const string Messages = "messages";

    /// <summary>Parts of rows: they live as long as their rows.</summary>
    public const string Rows = "rows";

    /// <summary>Leaves a body. The same body in the same area has the same name: left twice, it is there once, and counts as left just now.</summary>
    /// <param name="area"><see cref="Messages"/> or <see cref="Rows"/>.</param>
    /// <param name="content">The body.</param>
    /// <param name="cancellation">Cancels.</param>
    public async Task<PayloadClaim> PutAsync(string area, ReadOnlyMemory<byte> content, CancellationToken cancellation)
    {
        var claim = ClaimOf(area, content.Span);
        await WriteAsync(Checked(claim.Name), content, cancellation).ConfigureAwait(false);
        return claim;
    }

    /// <summary>The claim to a body, whether it was left or not.</summary>
    public static PayloadClaim ClaimOf(string area, ReadOnlySpan<byte> content)
    {
        var digest = SHA256.HashData(content);
        return new PayloadClaim($"{area}/{Convert.ToHexStringLower(digest)}", content.Length, Convert.ToBase64String(digest));
    }

    /// <summary>Fetches a body.</summary>
    /// <exception cref="PayloadException">It is gone, or it is not what was left.</exception>
    public async Task<BinaryData> GetAsync(PayloadClaim claim, CancellationToken cancellation)
    {
        var content = await ReadAsync(Checked(claim.Name), cancellation).ConfigureAwait(false)
            ?? throw new PayloadException($"The payload {claim.Name} is gone.");
        if (content.ToMemory().Length != claim.Length || Convert.ToBase64String(SHA256.HashData(content.ToMemory().Span)) != claim.Digest)
            throw new PayloadException($"The payload {claim.Name} is not what was left there: its length or its digest is another.");
        return content;
    }

    /// <summary>Removes a body; one that is gone already is no mistake.</summary>
    public abstract Task DeleteAsync(string name, CancellationToken cancellation);

    /// <summary>Removes a body unless it was left, or left again, since a time: whoever leaves it just now finds it there. False: it stays.</summary>
    public abstract Task<bool> DeleteIfOlderAsync(string name, DateTimeOffset before, CancellationToken cancellation);

    /// <summary>Removes the bodies of an area that were left before a time. Answers how many.</summary>
    public abstract Task<int> DeleteOlderAsync(string area, DateTimeOffset before, CancellationToken cancellation);

    /// <summary>All of it or nothing becomes visible. What is there already under this name is the same.</summary>
    protected abstract Task WriteAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellation);

    /// <summary>Null when there is none.</summary>
    protected abstract Task<BinaryData?> ReadAsync(string name, CancellationToken cancellation);

    /// <summary>A name comes out of a message: it must not lead anywhere else.</summary>
    protected static string Checked(string name) => name.Split('/') is [Messages or Rows, { Length: 64 } digest] && digest.All(char.IsAsciiHexDigitLower)
        ? name
        : throw new PayloadException($"'{name}' is no name of a payload.");
}

/// <summary>A payload cannot be had.</summary>
public sealed class PayloadException(string message) : Exception(message);
