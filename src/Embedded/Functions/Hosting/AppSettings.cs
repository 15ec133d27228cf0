using System.Data.Common;
using Microsoft.Extensions.Configuration;

namespace Formae.Embedded.Functions;

/// <summary>What this host reads from the app's configuration: the names that the real host knows too, and its own (EMBEDDED_…).</summary>
internal sealed class AppSettings(IConfiguration configuration)
{
    /// <summary>Where host.json is. Default: the app's folder.</summary>
    public string Folder => Text("EMBEDDED_APP_FOLDER") ?? AppContext.BaseDirectory;

    /// <summary>The assembly whose functions the app has. Default: the entry assembly. For several apps in one process.</summary>
    public string? AppAssembly => Text("EMBEDDED_APP_ASSEMBLY");

    /// <summary>Default: http://127.0.0.1:7071; port 0 is any free one.</summary>
    public string Urls => Text("ASPNETCORE_URLS") ?? Text("URLS") ?? "http://127.0.0.1:7071";

    /// <summary>Written when everything serves. Default: none.</summary>
    public string? ReadyFile => Text("EMBEDDED_READY_FILE");

    /// <summary>The app ends with its standard input, which is its parent's hand. Default: no.</summary>
    public bool EndsWithParent => string.Equals(Text("EMBEDDED_PARENT"), "stdin", StringComparison.OrdinalIgnoreCase);

    /// <summary>The log is a JSON object a line, with scopes and trace ids. Default: text.</summary>
    public bool LogsJson => string.Equals(Text("Logging__Console__FormatterName"), "json", StringComparison.OrdinalIgnoreCase);

    /// <summary>Default: none, and no function asks for a key.</summary>
    public string? KeysFile => Text("EMBEDDED_KEYS_FILE");

    /// <summary>Orchestrators are replayed from their history at every episode. Default: false.</summary>
    public bool ReplaysEveryEpisode => bool.TryParse(Text("EMBEDDED_REPLAY_EVERY_EPISODE"), out var replays) && replays;

    /// <summary>How long a stop waits for what runs. Default: 10 s.</summary>
    public TimeSpan DrainTime => TimeSpan.FromSeconds(double.TryParse(Text("EMBEDDED_DRAIN_SECONDS"), System.Globalization.CultureInfo.InvariantCulture, out var seconds) && seconds >= 0 ? seconds : 10);

    /// <summary>The folder of the task hub, from AzureWebJobsStorage = <c>UseEmbeddedStorage=true;DataSource=DIR</c>.</summary>
    /// <exception cref="StartupException">The setting is missing or names another kind of storage.</exception>
    public string HubFolder()
    {
        const string Expected = "'UseEmbeddedStorage=true;DataSource=DIR'";
        var text = Text("AzureWebJobsStorage") ?? throw new StartupException($"The app has durable functions: set AzureWebJobsStorage to {Expected}.");
        var parts = new DbConnectionStringBuilder();
        try
        {
            parts.ConnectionString = text;
        }
        catch (ArgumentException e)
        {
            throw new StartupException($"AzureWebJobsStorage is no connection string; {Expected} is expected.", e);
        }

        if (!parts.TryGetValue("UseEmbeddedStorage", out var embedded) || !bool.TryParse(embedded.ToString(), out var isEmbedded) || !isEmbedded || !parts.TryGetValue("DataSource", out var folder))
            throw new StartupException($"AzureWebJobsStorage names storage that the embedded host cannot use; {Expected} is expected (or build with FormaeHost=Azure).");
        return folder.ToString()!;
    }

    /// <summary>The connection string behind a name that a binding gives: AzureWebJobsNAME, NAME or ConnectionStrings:NAME.</summary>
    public string? Connection(string name) => Text("AzureWebJobs" + name) ?? Text(name) ?? Text("ConnectionStrings:" + name);

    /// <summary>Replaces each %NAME% by the setting of that name.</summary>
    /// <exception cref="StartupException">There is no such setting; the message names it and the function.</exception>
    public string? Resolve(string? text, FunctionDescriptor function)
    {
        if (text is null)
            return null;
        var parts = text.Split('%');
        if (parts.Length % 2 == 0)
            throw new StartupException($"{function}: '{text}' has a % without its partner.");
        for (var i = 1; i < parts.Length; i += 2)
            parts[i] = Text(parts[i]) ?? throw new StartupException($"{function}: the setting '{parts[i]}' that '{text}' asks for is missing.");
        return string.Concat(parts);
    }

    private string? Text(string name) => configuration[name.Replace("__", ":", StringComparison.Ordinal)] is { Length: > 0 } text ? text : null;
}
