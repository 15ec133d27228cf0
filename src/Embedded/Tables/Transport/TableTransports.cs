using Azure.Core;
using Azure.Data.Tables;

namespace Formae.Embedded.Tables;

/// <summary>Finds the transport that an endpoint asks for: a file of this machine, or the service.</summary>
internal static class TableTransports
{
    public static ITableTransport Open(string connectionString, TableClientOptions? options)
    {
        ArgumentException.ThrowIfNullOrEmpty(connectionString);
        var settings = Parse(connectionString);
        if (settings.TryGetValue("TableEndpoint", out var endpoint))
        {
            if (!Uri.TryCreate(endpoint, UriKind.Absolute, out var uri))
                throw new FormatException($"The connection string's TableEndpoint '{RestAccount.WithoutQuery(endpoint)}' is not an absolute address, such as https://ACCOUNT.table.core.windows.net or file:///absolute/path/tables.db.");
            if (uri.IsFile)
                return new SqliteTableTransport(uri);
        }

        return settings.ContainsKey("UseDevelopmentStorage") || settings.ContainsKey("AccountName") || settings.ContainsKey("TableEndpoint")
            ? new RestTableTransport(RestAccount.Of(settings), options)
            : throw new FormatException("The connection string names no account and no TableEndpoint.");
    }

    /// <summary>An address with a shared access signature, or a file.</summary>
    public static ITableTransport Open(Uri endpoint, TableClientOptions? options) =>
        Open(endpoint, () => new RestTableTransport(RestAccount.Of(endpoint), options));

    public static ITableTransport Open(Uri endpoint, TableSharedKeyCredential credential, TableClientOptions? options)
    {
        ArgumentNullException.ThrowIfNull(credential);
        return Open(endpoint, () => new RestTableTransport(RestAccount.Of(endpoint, credential), options));
    }

    public static ITableTransport Open(Uri endpoint, TokenCredential credential, TableClientOptions? options)
    {
        ArgumentNullException.ThrowIfNull(credential);
        return Open(endpoint, () => new RestTableTransport(RestAccount.Of(endpoint, credential), options));
    }

    private static ITableTransport Open(Uri endpoint, Func<ITableTransport> service)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        return endpoint switch
        {
            { IsAbsoluteUri: true, IsFile: true } => new SqliteTableTransport(endpoint),
            { IsAbsoluteUri: true, Scheme: "https" or "http" } => service(),
            _ => throw new ArgumentException($"'{endpoint.OriginalString.Split('?')[0]}' is no address of a table service.", nameof(endpoint)),
        };
    }

    private static Dictionary<string, string> Parse(string connectionString)
    {
        var settings = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var setting in connectionString.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var equals = setting.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0)
                throw new FormatException("A connection string is a list of name=value separated by semicolons.");
            settings[setting[..equals]] = setting[(equals + 1)..];
        }

        return settings;
    }
}
