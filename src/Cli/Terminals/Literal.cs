using Spectre.Console;

namespace Formae.Cli.Terminals;

/// <summary>Text of others, such as a cloud's messages, on the terminal.</summary>
internal static class Literal
{
    /// <summary>For the inside of markup.</summary>
    // Markup turns :shell: into a picture, and the middle of Local::Shell::Command is one; a colon on its own is left alone.
    public static string Of(string text) => Markup.Escape(Visible(text)).Replace(":", "[default]:[/]", StringComparison.Ordinal);

    /// <summary>As it is, but for what would command the terminal: colours, titles, moves of the cursor, another direction of the text, nothing at all. Of those pictures are shown.</summary>
    public static string Visible(string text) =>
        text.Any(IsCommand) ? string.Create(text.Length, text, (visible, source) =>
        {
            for (var at = 0; at < visible.Length; at++)
                visible[at] = IsCommand(source[at]) ? PictureOf(source[at]) : source[at];
        }) : text;

    // Of category Format are what turns the direction of a text round and what has no width: with them a name can look like another one.
    private static bool IsCommand(char character) =>
        (char.IsControl(character) && character is not ('\n' or '\r' or '\t')) || char.GetUnicodeCategory(character) is System.Globalization.UnicodeCategory.Format;

    private static char PictureOf(char command) => command switch
    {
        < ' ' => (char)('\u2400' + command),
        '\u007f' => '\u2421',
        _ => '\ufffd',
    };
}
