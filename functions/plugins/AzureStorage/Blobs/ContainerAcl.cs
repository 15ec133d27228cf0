using System.Globalization;
using System.Xml.Linq;
using Formae.Model;
using Formae.Plugins.AzureStorage.Transport;
using Formae.Sdk;

namespace Formae.Plugins.AzureStorage.Blobs;

/// <summary>Who may reach a container: public access and up to five policies, which the service takes and gives as one.</summary>
internal sealed class ContainerAcl
{
    public const string AccessHeader = "x-ms-blob-public-access";
    public const int MostPolicies = 5;

    private readonly XElement _policies;

    private ContainerAcl(PublicAccess access, XElement policies) => (Access, _policies) = (access, policies);

    public PublicAccess Access { get; private set; }

    public IEnumerable<string> PolicyNames => _policies.Elements("SignedIdentifier").Select(NameOf);

    public static ContainerAcl Of(Answer answer)
    {
        var policies = answer.Content.ToMemory().Length == 0 ? new XElement("SignedIdentifiers") : answer.Xml();
        return new ContainerAcl(AccessOf(answer), policies);
    }

    public static PublicAccess AccessOf(Answer answer) => answer[AccessHeader]?.ToLowerInvariant() switch
    {
        null => PublicAccess.None,
        "container" => PublicAccess.Container,
        _ => PublicAccess.Blob,
    };

    public static string? HeaderOf(PublicAccess? access) => access switch
    {
        PublicAccess.Blob => "blob",
        PublicAccess.Container => "container",
        _ => null,
    };

    public Problem? Allow(PublicAccess access)
    {
        Access = access;
        return null;
    }

    public StoredPolicy? Find(string name) =>
        _policies.Elements("SignedIdentifier").FirstOrDefault(one => NameOf(one) == name) is { } found
            ? new StoredPolicy(TextOf(found, "Start"), TextOf(found, "Expiry"), TextOf(found, "Permission"))
            : null;

    public Problem? Add(string name, StoredPolicy policy)
    {
        var count = PolicyNames.Count();
        if (count >= MostPolicies)
            return Problems.ServiceLimit($"The container has {count} policies; it may have {MostPolicies}.");
        _policies.Add(ElementOf(name, policy));
        return null;
    }

    public void Replace(string name, StoredPolicy policy) => _policies.Elements("SignedIdentifier").First(one => NameOf(one) == name).ReplaceWith(ElementOf(name, policy));

    public bool Remove(string name)
    {
        var found = _policies.Elements("SignedIdentifier").Where(one => NameOf(one) == name).ToList();
        found.ForEach(one => one.Remove());
        return found.Count > 0;
    }

    public BinaryData ToXml() => new($"<?xml version=\"1.0\" encoding=\"utf-8\"?>{_policies.ToString(SaveOptions.DisableFormatting)}");

    private static XElement ElementOf(string name, StoredPolicy policy)
    {
        var access = new XElement("AccessPolicy");
        foreach (var (element, value) in (ReadOnlySpan<(string, string?)>)[("Start", policy.Start), ("Expiry", policy.Expiry), ("Permission", policy.Permissions)])
        {
            if (value is not null)
                access.Add(new XElement(element, value));
        }

        return new XElement("SignedIdentifier", new XElement("Id", name), access);
    }

    private static string NameOf(XElement identifier) => identifier.Element("Id")?.Value ?? "";

    private static string? TextOf(XElement identifier, string element) => identifier.Element("AccessPolicy")?.Element(element)?.Value is { Length: > 0 } text ? text : null;
}

/// <summary>What a policy says, as the service writes it.</summary>
internal sealed record StoredPolicy(string? Start, string? Expiry, string? Permissions)
{
    /// <summary>The letters in the order in which the service wants them.</summary>
    public const string Letters = "racwdxyltmeopi";

    public static string? Ordered(string? permissions) => permissions is null ? null : string.Concat(Letters.Where(permissions.Contains).Concat(permissions.Except(Letters)));

    /// <summary>A time as the service writes it; null where it is none.</summary>
    public static string? Canonical(string? time) =>
        DateTimeOffset.TryParse(time, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var at)
            ? at.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'", CultureInfo.InvariantCulture)
            : null;
}
