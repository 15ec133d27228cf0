namespace Formae.Protocol.Bus;

/// <summary>The ticket for a body that is too large to travel in a message or to stand in a row: where it was left, and what it must be.</summary>
/// <param name="Name">Its name in the payload store.</param>
/// <param name="Length">Its length in bytes.</param>
/// <param name="Digest">SHA-256 of it, in base64: whoever fetches it refuses anything else.</param>
public sealed record PayloadClaim(string Name, long Length, string Digest);
