namespace Formae.Cli.Up;

/// <summary>Where a control plane on this machine keeps its things when nobody says.</summary>
internal static class DataFolder
{
    public static string Default(Func<string, string?> variable)
    {
        var root = variable("XDG_DATA_HOME") is { Length: > 0 } xdg
            ? xdg
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".local", "share");
        return Path.Combine(root, "formae");
    }
}
