using System.Net;
using Azure;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Data.Tables;

namespace Formae.Embedded.Tables;

/// <summary>An account of the table service, and what its requests are let in with.</summary>
/// <param name="Endpoint">The address of the service, without a query.</param>
/// <param name="Name">The account's name.</param>
/// <param name="OfCall">What is added to a request once, such as a shared access signature; or nothing.</param>
/// <param name="OfTry">What is added to each try, such as a signature of its time; or nothing.</param>
internal sealed record RestAccount(Uri Endpoint, string Name, HttpPipelinePolicy? OfCall, HttpPipelinePolicy? OfTry)
{
    /// <summary>The account of the emulator. Its key is the same everywhere, and no secret.</summary>
    private static readonly Dictionary<string, string> Development = new(StringComparer.OrdinalIgnoreCase)
    {
        ["AccountName"] = "devstoreaccount1",
        ["AccountKey"] = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==",
        ["TableEndpoint"] = "http://127.0.0.1:10002/devstoreaccount1",
    };

    private const string Scope = "https://storage.azure.com/.default";

    /// <summary>What a connection string says.</summary>
    /// <exception cref="FormatException">It is no connection string of an account; the message says why, without key or signature.</exception>
    public static RestAccount Of(IReadOnlyDictionary<string, string> settings)
    {
        if (settings.TryGetValue("UseDevelopmentStorage", out var development))
        {
            return development.Equals("true", StringComparison.OrdinalIgnoreCase)
                ? Of(Development)
                : throw new FormatException("The connection string's UseDevelopmentStorage is 'true', or not there.");
        }

        var name = settings.GetValueOrDefault("AccountName");
        var address = settings.GetValueOrDefault("TableEndpoint")
            ?? $"{settings.GetValueOrDefault("DefaultEndpointsProtocol") ?? "https"}://{name}.table.{settings.GetValueOrDefault("EndpointSuffix") ?? "core.windows.net"}";
        if (!Uri.TryCreate(address, UriKind.Absolute, out var endpoint) || endpoint.Scheme is not ("http" or "https"))
            throw new FormatException($"The connection string's TableEndpoint '{WithoutQuery(address)}' is no address of a table service.");
        if (settings.TryGetValue("SharedAccessSignature", out var signature))
            return Of(endpoint, new AzureSasCredential(signature), name);
        if (name is null || settings.GetValueOrDefault("AccountKey") is not { } key)
            throw new FormatException("The connection string has no AccountName and AccountKey and no SharedAccessSignature; to use an app's identity, name the endpoint instead.");
        try
        {
            return Of(endpoint, new TableSharedKeyCredential(name, key));
        }
        catch (FormatException)
        {
            // Not with the text of the exception, nor with it: it may hold a part of the key.
            throw new FormatException("The AccountKey of the connection string is not base64.");
        }
    }

    public static RestAccount Of(Uri endpoint, TableSharedKeyCredential credential) =>
        new(Bare(endpoint), credential.AccountName, null, new SharedKeyLitePolicy(credential));

    public static RestAccount Of(Uri endpoint, TokenCredential credential) => endpoint.Scheme == Uri.UriSchemeHttps
        ? new(Bare(endpoint), NameOf(endpoint), null, new BearerTokenAuthenticationPolicy(credential, Scope))
        : throw new ArgumentException("A token is sent to an https address only.", nameof(endpoint));

    public static RestAccount Of(Uri endpoint, AzureSasCredential credential, string? name = null) =>
        new(Bare(endpoint), name ?? NameOf(endpoint), new SharedAccessPolicy(credential), null);

    /// <summary>An address with a shared access signature for its query.</summary>
    /// <exception cref="FormatException">It has none.</exception>
    public static RestAccount Of(Uri endpoint) => endpoint.Query.Length > 1
        ? Of(endpoint, new AzureSasCredential(endpoint.Query))
        : throw new FormatException($"The table endpoint '{endpoint}' has no shared access signature for its query.");

    /// <summary>The address as texts may show it: a signature in the query is a secret.</summary>
    public static string WithoutQuery(string address) => address.Split('?')[0];

    private static Uri Bare(Uri endpoint) => new(endpoint.GetLeftPart(UriPartial.Path));

    // An account is the first part of its host's name, or at an emulator the first part of the path.
    private static string NameOf(Uri endpoint) => IPAddress.TryParse(endpoint.DnsSafeHost, out _) || endpoint.IsLoopback
        ? endpoint.AbsolutePath.Trim('/').Split('/')[0]
        : endpoint.Host.Split('.')[0];
}
