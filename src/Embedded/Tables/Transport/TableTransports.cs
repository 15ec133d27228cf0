using Azure.Core;
using Azure.Data.Tables;

namespace Formae.Embedded.Tables;

/// <summary>Finds the transport that an endpoint asks for.</summary>
internal static class TableTransports
{
    private const string Form = "TableEndpoint=file:///absolute/path/tables.db";

    public static ITableTransport Open(string connectionString)
    {
        ArgumentException.ThrowIfNullOrEmpty(connectionString);
        var settings = Parse(connectionString);
        if (settings.TryGetValue("TableEndpoint", out var endpoint))
        {
            return Uri.TryCreate(endpoint, UriKind.Absolute, out var uri)
                ? Open(uri)
                : throw new FormatException($"The connection string's TableEndpoint '{endpoint}' is not an absolute address; the embedded tables are {Form}.");
        }

        throw settings.ContainsKey("UseDevelopmentStorage") || settings.ContainsKey("AccountName")
            ? NoRest("UseDevelopmentStorage and storage accounts need")
            : new FormatException($"The connection string names no TableEndpoint; the embedded tables are {Form}.");
    }

    public static ITableTransport Open(Uri endpoint, TableSharedKeyCredential credential)
    {
        ArgumentNullException.ThrowIfNull(credential);
        return Open(endpoint);
    }

    public static ITableTransport Open(Uri endpoint, TokenCredential credential)
    {
        ArgumentNullException.ThrowIfNull(credential);
        return Open(endpoint);
    }

    private static ITableTransport Open(Uri endpoint)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        return endpoint is { IsAbsoluteUri: true, Scheme: "file" }
            ? new SqliteTableTransport(endpoint)
            : throw NoRest($"The table endpoint '{endpoint}' needs");
    }

    private static NotSupportedException NoRest(string who) =>
        new($"{who} the REST transport, which is not part of this build. Use the connection string {Form}.");

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
