using Formae.Sdk;

namespace Formae.Plugins.FakeAws;

[ResourceType("FakeAWS::SecretsManager::Secret", Identifier = nameof(Name))]
[Description("A value that only some may see.")]
public sealed record Secret
{
    [CreateOnly, ProviderDefault]
    public string? Name { get; init; }

    public string? Description { get; init; }

    [Opaque]
    public required string SecretString { get; init; }

    [KeyedSet(nameof(Tag.Key))]
    public IReadOnlyList<Tag>? Tags { get; init; }

    [ReadOnly]
    public string? Arn { get; init; }
}

internal sealed class SecretHandler(FakeAwsService aws) : FakeHandler<Secret>(aws, FakeAwsJson.Default.Secret, "fake-secret")
{
    protected override string? NameOf(Secret secret) => secret.Name;

    protected override Secret Complete(Secret stored, string nativeId, string region) => stored with
    {
        Name = stored.Name ?? nativeId,
        Arn = $"arn:fake:secretsmanager:{region}:000000000000:secret:{nativeId}",
    };

    // A secret that nobody knows any more and that did not change comes as null.
    protected override Secret Merge(Secret live, Secret desired) => desired with { SecretString = desired.SecretString ?? live.SecretString };
}
