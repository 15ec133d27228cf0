using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Formae.Servers;

/// <summary>Microsoft's emulator of Azure Storage: blobs, queues and tables of one account that nothing else uses.</summary>
public sealed partial class AzuriteServer() : NodeServer("azurite", "dist/src/azurite.js", expected: 3)
{
    private readonly string _account = $"formae{Guid.NewGuid():N}"[..20];
    private readonly string _key = Convert.ToBase64String(RandomNumberGenerator.GetBytes(64));

    /// <summary>The account's name.</summary>
    public string Account => Served(_account);

    /// <summary>Its key.</summary>
    public string Key => Served(_key);

    /// <summary>Such as <c>http://127.0.0.1:40001/ACCOUNT</c>.</summary>
    public string BlobEndpoint => Endpoint(0);

    /// <summary>The same for queues.</summary>
    public string QueueEndpoint => Endpoint(1);

    /// <summary>The same for tables.</summary>
    public string TableEndpoint => Endpoint(2);

    /// <summary>All of it in one line.</summary>
    public string ConnectionString => $"DefaultEndpointsProtocol=http;AccountName={Account};AccountKey={Key};BlobEndpoint={BlobEndpoint};QueueEndpoint={QueueEndpoint};TableEndpoint={TableEndpoint}";

    /// <summary>A shared access signature of the whole account for an hour, as its owner makes it.</summary>
    /// <param name="permissions">The letters of what it allows.</param>
    public string SasToken(string permissions)
    {
        const string Version = "2021-12-02";
        var expiry = DateTimeOffset.UtcNow.AddHours(1).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        var text = string.Join('\n', Account, permissions, "bqt", "sco", "", expiry, "", "https,http", Version, "", "");
        var signature = Convert.ToBase64String(HMACSHA256.HashData(Convert.FromBase64String(Key), Encoding.UTF8.GetBytes(text)));
        return $"?sv={Version}&ss=bqt&srt=sco&sp={permissions}&se={Uri.EscapeDataString(expiry)}&spr=https,http&sig={Uri.EscapeDataString(signature)}";
    }

    /// <inheritdoc/>
    protected override Regex Listens => Line();

    /// <inheritdoc/>
    protected override IEnumerable<string> Arguments =>
        ["--blobPort", "0", "--queuePort", "0", "--tablePort", "0", "--location", Folder, "--disableTelemetry", "--skipApiVersionCheck"];

    /// <inheritdoc/>
    protected override IEnumerable<KeyValuePair<string, string>> Variables => [KeyValuePair.Create("AZURITE_ACCOUNTS", $"{_account}:{_key}")];

    private string Endpoint(int service)
    {
        SkipWhenMissing();
        return $"{Addresses[service]}/{_account}";
    }

    private string Served(string value)
    {
        SkipWhenMissing();
        return value;
    }

    [GeneratedRegex(@"successfully (?:listens on|listening at) (?<address>\S+)")]
    private static partial Regex Line();
}
