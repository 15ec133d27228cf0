namespace Formae.Distributed.Tests;

/// <summary>The command line as it was built beside the tests, in the same configuration.</summary>
internal static class Install
{
    private static readonly string Folder = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", "Formae.Cli", Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory))));

    public static string Program => Path.Combine(Folder, "formae.dll");

    /// <summary>The coordinator's app folder, and <c>plugins</c> with one for each plugin.</summary>
    public static string Apps => Path.Combine(Folder, "apps");

    /// <summary>The folder of a plugin that exists for tests alone.</summary>
    public static string TestPlugin(string project) => Path.GetFullPath(Path.Combine(Folder, "..", "..", project, Path.GetFileName(Folder)));

    /// <summary>Another installation that lacks one of the plugins.</summary>
    /// <returns>Its program.</returns>
    public static string CopyWithout(string plugin, string folder)
    {
        Copy(Folder, folder, file => !file.StartsWith(Path.Combine(Apps, "plugins", plugin) + Path.DirectorySeparatorChar, StringComparison.Ordinal));
        return Path.Combine(folder, "formae.dll");
    }

    public static void Copy(string from, string to, Func<string, bool>? which = null)
    {
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories).Where(which ?? (_ => true)))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }
}
