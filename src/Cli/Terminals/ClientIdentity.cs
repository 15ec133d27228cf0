using Formae.Cli.CommandLine;
using Formae.Model;
using Spectre.Console;

namespace Formae.Cli.Terminals;

/// <summary>The name under which this person's commands are remembered: made once and kept in the configuration folder.</summary>
internal static class ClientIdentity
{
    public static string Of(CliContext context)
    {
        var file = Path.Combine(ConfigurationFolder(context.Variable), "client-id");
        if (Read(file) is { } known)
            return known;
        var made = new KsuidSource(context.Time).Next();
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            var draft = $"{file}.{made}";
            File.WriteAllText(draft, made);

            // Of two first runs at once, one wins and both go by its name.
            try
            {
                File.Move(draft, file, overwrite: false);
            }
            catch (IOException) when (File.Exists(file))
            {
                File.Delete(draft);
            }

            return Read(file) ?? made;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            context.Terminal.Error.WriteLine($"The client id cannot be kept ({e.Message}); this run goes by a name of its own.");
            return made;
        }
    }

    public static string ConfigurationFolder(Func<string, string?> variable)
    {
        if (variable("FORMAE_CONFIG_DIR") is { Length: > 0 } own)
            return own;
        var root = variable("XDG_CONFIG_HOME") is { Length: > 0 } xdg ? xdg : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".config");
        return Path.Combine(root, "formae");
    }

    private static string? Read(string file)
    {
        try
        {
            return File.ReadAllText(file).Trim() is { Length: > 0 and < 200 } id && id.All(char.IsAsciiLetterOrDigit) ? id : null;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
