using System.Security.Cryptography;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Azure;
using Azure.Core;
using Formae.Messaging.KeyRing;
using Formae.Messaging.Payloads;
using Formae.Servers;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Formae.Messaging.Tests.KeyRing;

/// <summary>Apps that share nothing but a container of Blob storage open what one of them has sealed.</summary>
public sealed partial class KeyRingTests(AzuriteServer azurite) : IClassFixture<AzuriteServer>
{
    private readonly string _name = $"ring{Guid.NewGuid():N}";

    [Fact]
    public void A_plugin_opens_what_the_coordinator_has_sealed_and_the_other_way_round()
    {
        using var coordinator = App(KeyRingRole.Keeper);
        using var plugin = App(KeyRingRole.Reader);
        var closed = Protector(coordinator).Protect("a secret");

        Assert.Equal("a secret", Protector(plugin).Unprotect(closed));
        Assert.Equal("another", Protector(coordinator).Unprotect(Protector(plugin).Protect("another")));
        Assert.Single(Blobs());
    }

    [Fact]
    public void A_plugin_that_is_there_first_makes_no_key_and_has_those_that_come()
    {
        using var plugin = App(KeyRingRole.Reader);
        Assert.ThrowsAny<CryptographicException>(() => Protector(plugin).Protect("too early"));
        Assert.Empty(Blobs());

        using var coordinator = App(KeyRingRole.Keeper);
        var closed = Protector(coordinator).Protect("a secret");

        Assert.Equal("a secret", Protector(plugin).Unprotect(closed));
    }

    [Fact]
    public void A_key_outlives_its_app()
    {
        string closed;
        using (var first = App(KeyRingRole.Keeper))
            closed = Protector(first).Protect("a secret");
        using var second = App(KeyRingRole.Keeper);

        Assert.Equal("a secret", Protector(second).Unprotect(closed));
        Assert.Single(Blobs());
    }

    [Fact]
    public void No_key_is_written_over()
    {
        var ring = new BlobKeyRing(Container());
        ring.StoreElement(new XElement("key", "first"), "key-1");

        ring.StoreElement(new XElement("key", "second"), "key-1");
        ring.StoreElement(new XElement("key", "third"), "../key 2");

        Assert.Equal(["first", "third"], ring.GetAllElements().Select(element => element.Value).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Keys_lie_closed_where_there_is_a_vault()
    {
        var vault = new PretendedVault();
        var identity = new PretendedVault.Identity();
        using var coordinator = App(KeyRingRole.Keeper, Vault(vault, identity));
        var closed = Protector(coordinator).Protect("a secret");

        var blob = Assert.Single(Blobs());
        Assert.DoesNotContain("masterKey", blob, StringComparison.Ordinal);
        Assert.Contains("<closedByVault", blob, StringComparison.Ordinal);
        Assert.Equal([$"{PretendedVault.Key}/wrapkey?api-version=7.4"], vault.Asked.Where(place => place.Contains("/wrapkey", StringComparison.Ordinal)));
        Assert.Equal(["https://example.net/.default"], identity.Scopes.Distinct());

        using var plugin = App(KeyRingRole.Reader, Vault(vault, identity));
        Assert.Equal("a secret", Protector(plugin).Unprotect(closed));
        Assert.Contains($"{PretendedVault.Key}/0123/unwrapkey?api-version=7.4", vault.Asked);

        // Who has the container and not the vault has nothing.
        using var thief = App(KeyRingRole.Reader);
        Assert.ThrowsAny<CryptographicException>(() => Protector(thief).Unprotect(closed));
        using var otherVault = App(KeyRingRole.Reader, Vault(new PretendedVault(), identity));
        Assert.ThrowsAny<CryptographicException>(() => Protector(otherVault).Unprotect(closed));
    }

    [Fact]
    public void Without_a_vault_the_key_lies_open()
    {
        using var coordinator = App(KeyRingRole.Keeper);
        Protector(coordinator).Protect("a secret");

        Assert.Contains("masterKey", Assert.Single(Blobs()), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://thief.example.net/keys/ring/0123")]
    [InlineData("http://vault.example.net/keys/ring/0123")]
    [InlineData("https://vault.example.net/keys/other/0123")]
    [InlineData("https://vault.example.net/keys/ring/0123/../../other/1")]
    [InlineData("https://vault.example.net/secrets/ring/0123")]
    [InlineData("no address")]
    public void A_token_goes_to_no_other_place_than_the_vault(string version)
    {
        var vault = new PretendedVault();
        var identity = new PretendedVault.Identity();

        Assert.Throws<InvalidDataException>(() => Vault(vault, identity).Open(new byte[32], version));
        Assert.Empty(vault.Asked);
        Assert.Empty(identity.Scopes);
    }

    [Fact]
    public void A_vault_that_refuses_is_told_of_with_its_key_and_no_key_lies_open_instead()
    {
        var vault = new PretendedVault { Refusal = 403 };
        var refusal = Assert.Throws<RequestFailedException>(() => Vault(vault, new PretendedVault.Identity()).Close(new byte[32]));
        Assert.Equal((403, $"The key vault refused wrapkey with {PretendedVault.Key}: 403 Forbidden."), (refusal.Status, refusal.Message.Split('\n')[0].TrimEnd()));

        using var coordinator = App(KeyRingRole.Keeper, Vault(vault, new PretendedVault.Identity()));
        Assert.ThrowsAny<Exception>(() => Protector(coordinator).Protect("a secret"));
        Assert.Empty(Blobs());
    }

    [Fact]
    public void A_key_that_was_altered_is_refused()
    {
        var vault = Vault(new PretendedVault(), new PretendedVault.Identity());
        var element = new VaultEncryptor(vault).Encrypt(new XElement("key", "plain")).EncryptedElement;
        using var services = new ServiceCollection().AddSingleton(vault).BuildServiceProvider();
        Assert.Equal("plain", new VaultDecryptor(services).Decrypt(element).Value);
        var value = Convert.FromBase64String(element.Element("value")!.Value);
        value[3] ^= 1;
        element.Element("value")!.Value = Convert.ToBase64String(value);

        Assert.ThrowsAny<CryptographicException>(() => new VaultDecryptor(services).Decrypt(element));
    }

    [Theory]
    [InlineData("FormaeKeyRing:blobServiceUri", "no address", "FormaeKeyRing__blobServiceUri")]
    [InlineData("FormaeKeyRing", "AccountName=x", "FormaeKeyRing is wrong")]
    public void A_wrong_setting_is_named(string setting, string value, string named)
    {
        var settings = new ConfigurationBuilder().AddInMemoryCollection([new(setting, value)]).Build();

        var wrong = Assert.Throws<InvalidOperationException>(() => new ServiceCollection().AddFormaeKeyRing(settings, KeyRingRole.Keeper));

        Assert.Contains(named, wrong.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://vault.example.net/secrets/ring")]
    [InlineData("http://vault.example.net/keys/ring")]
    [InlineData("https://vault/keys/ring")]
    [InlineData("keys/ring")]
    public void A_wrong_address_of_a_key_is_named(string address)
    {
        var settings = new ConfigurationBuilder().AddInMemoryCollection([new("FormaeKeyRing:blobServiceUri", "https://account.example.net"), new("FormaeKeyRing:vaultKeyUri", address)]).Build();

        var wrong = Assert.Throws<InvalidOperationException>(() => new ServiceCollection().AddFormaeKeyRing(settings, KeyRingRole.Keeper));

        Assert.Contains("FormaeKeyRing__vaultKeyUri", wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_settings_lead_to_the_container()
    {
        var settings = new ConfigurationBuilder().AddInMemoryCollection([new("FormaeKeyRing", azurite.ConnectionString)]).Build();
        using var coordinator = new ServiceCollection().AddFormaeKeyRing(settings, KeyRingRole.Keeper).BuildServiceProvider();
        using var plugin = new ServiceCollection().AddFormaeKeyRing(settings, KeyRingRole.Reader).BuildServiceProvider();

        Assert.Equal("a secret", Protector(plugin).Unprotect(Protector(coordinator).Protect("a secret")));
        Assert.NotEmpty(new BlobKeyRing(new BlobContainer(BlobAccount.Parse(azurite.ConnectionString), "formae-keys", "a key")).GetAllElements());
    }

    [Fact]
    public void A_service_that_refuses_is_told_without_the_key()
    {
        var wrong = new BlobKeyRing(new BlobContainer(BlobAccount.Parse(azurite.ConnectionString.Replace("AccountKey=", "AccountKey=AAAA", StringComparison.Ordinal)), _name, "a key of the ring"));

        var refusal = Assert.Throws<RequestFailedException>(() => wrong.GetAllElements());

        Assert.Equal(403, refusal.Status);
        Assert.Contains("a key of the ring", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(azurite.Key, refusal.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("BlobAlreadyExists", true)]
    [InlineData("ContainerBeingDeleted", false)]
    [InlineData("LeaseAlreadyPresent", false)]
    public void A_key_counts_as_stored_only_where_it_is(string code, bool isStored)
    {
        var ring = new BlobKeyRing(Container(new PretendedBlobs(_ => (409, code))));

        var refusal = Record.Exception(() => ring.StoreElement(new XElement("key"), "key-1"));

        Assert.Equal(isStored ? null : code, (refusal as RequestFailedException)?.ErrorCode);
    }

    [Theory]
    [InlineData("ContainerAlreadyExists", 404)]
    [InlineData("ContainerBeingDeleted", 409)]
    public void A_container_counts_as_made_only_where_it_is(string code, int status)
    {
        var container = Container(new PretendedBlobs(place => place.Query.Contains("restype=container", StringComparison.Ordinal) ? (409, code) : (404, "ContainerNotFound")));

        var refusal = Assert.Throws<RequestFailedException>(() => new BlobKeyRing(container).StoreElement(new XElement("key"), "key-1"));

        Assert.Equal(status, refusal.Status);
    }

    [Fact]
    public void Storage_and_a_vault_that_do_not_answer_hold_nobody_up_for_long()
    {
        var blobs = new PretendedBlobs(_ => (503, "ServerBusy"));
        var vault = new PretendedVault { Refusal = 503 };

        Assert.Throws<RequestFailedException>(() => new BlobKeyRing(Container(blobs)).GetAllElements());
        Assert.Throws<RequestFailedException>(() => Vault(vault, new PretendedVault.Identity()).Close(new byte[32]));

        Assert.Equal((2, 2), (blobs.Asked, vault.Asked.Count));
        Assert.Equal(TimeSpan.FromSeconds(10), new RingOptions().Retry.NetworkTimeout);
    }

    private ServiceProvider App(KeyRingRole role, VaultKey? vault = null) => new ServiceCollection().AddFormaeKeyRing(Container(), vault, role).BuildServiceProvider();

    private BlobContainer Container() => new(BlobAccount.Parse(azurite.ConnectionString), _name, "a key of the ring", new RingOptions());

    private static BlobContainer Container(PretendedBlobs blobs) => new(BlobAccount.Parse("UseDevelopmentStorage=true"), "ring", "a key of the ring", new RingOptions { Transport = blobs });

    private static VaultKey Vault(PretendedVault vault, TokenCredential identity) => new(new Uri(PretendedVault.Key), identity, vault);

    private static IDataProtector Protector(IServiceProvider app) => app.GetRequiredService<IDataProtectionProvider>().CreateProtector("test");

    private List<string> Blobs() => [.. new BlobKeyRing(Container()).GetAllElements().Select(element => Blank().Replace(element.ToString(), "<"))];

    [GeneratedRegex(@"\s*<")]
    private static partial Regex Blank();
}
