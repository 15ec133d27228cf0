namespace Formae.Cli.CommandLine;

/// <summary>Where the command line keeps what it has installed and can install again.</summary>
internal static class CacheFolder
{
    public const string Variable = "FORMAE_CACHE_DIR";

    /// <summary><c>$FORMAE_CACHE_DIR</c>, else <c>formae</c> in the user's cache. An absolute path, which need not exist.</summary>
    public static string Of(CliContext context)
    {
        if (context.Variable(Variable) is { Length: > 0 } chosen)
            return Path.GetFullPath(chosen);
        var cache = context.Variable("XDG_CACHE_HOME") is { Length: > 0 } given ? given : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
        return Path.Combine(cache, "formae");
    }
}
