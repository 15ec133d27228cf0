namespace Formae.Plugins.FakeAws;

/// <summary>One object of the pretended cloud, with the properties it was asked for as JSON.</summary>
internal sealed record CloudObject(string Type, string NativeId, string? Name, string? Parent, string Region, ReadOnlyMemory<byte> Properties);

/// <summary>An object to be made.</summary>
internal sealed record NewObject
{
    /// <summary>The caller's idempotency token: a second create with it answers with the object that the first one made.</summary>
    public string? Token { get; init; }

    public required string Type { get; init; }

    public string? Name { get; init; }

    public bool NameIsUnique { get; init; }

    public string? Parent { get; init; }

    public required string Prefix { get; init; }

    public required string Region { get; init; }

    public required ReadOnlyMemory<byte> Properties { get; init; }
}
