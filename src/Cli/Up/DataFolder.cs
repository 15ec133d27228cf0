namespace Formae.Cli.Up;

/// <summary>What a control plane on this machine keeps, and where.</summary>
internal sealed record DataFolder(string Path)
{
    public string Bus => In("bus");

    public string BusKey => In("bus", "key");

    public string Topology => In("bus", "topology.json");

    public string Tables => In("store", "tables.db");

    public string Hub => In("hub");

    public string Keys => In("keys");

    /// <summary>What lives as long as one run: ready files.</summary>
    public string Run => In("run");

    public string PluginData(string plugin) => In("plugins", plugin);

    public static string Default(Func<string, string?> variable)
    {
        var root = variable("XDG_DATA_HOME") is { Length: > 0 } xdg
            ? xdg
            : System.IO.Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".local", "share");
        return System.IO.Path.Combine(root, "formae");
    }

    private string In(params ReadOnlySpan<string> parts) => System.IO.Path.Combine([Path, .. parts]);
}
