using System.CommandLine;
using Formae.Cli.CommandLine;

namespace Formae.Cli.Up;

/// <summary>Where a control plane on this machine keeps its things when nobody says.</summary>
internal static class DataFolder
{
    public static Option<string?> Option() => new("--data") { Description = "Where everything is kept. Default: $XDG_DATA_HOME/formae, else ~/.local/share/formae.", HelpName = "DIR" };

    /// <summary>An absolute path.</summary>
    /// <exception cref="UsageException">Nothing stands behind the option: most likely a variable that is not set.</exception>
    public static string Of(string? given, Func<string, string?> variable) =>
        given is { } said && string.IsNullOrWhiteSpace(said) ? throw new UsageException("--data is empty: name a folder, or leave the option out.") : Path.GetFullPath(given ?? Default(variable));

    public static string Default(Func<string, string?> variable)
    {
        var root = variable("XDG_DATA_HOME") is { Length: > 0 } xdg
            ? xdg
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".local", "share");
        return Path.Combine(root, "formae");
    }
}
