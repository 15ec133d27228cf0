using Spectre.Console;

namespace Formae.Cli.Terminals;

/// <summary>Text of others inside of markup.</summary>
internal static class Literal
{
    // Markup turns :shell: into a picture, and the middle of Local::Shell::Command is one; a colon on its own is left alone.
    public static string Of(string text) => Markup.Escape(text).Replace(":", "[default]:[/]", StringComparison.Ordinal);
}
