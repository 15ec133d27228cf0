namespace Formae.Embedded.Host;

/// <summary>Writes the lines of all apps to one place as <c>name | line</c>. Colours only for a terminal, and never when NO_COLOR is set.</summary>
internal sealed class MergedLog(TextWriter writer, IEnumerable<string> names, bool hasColours)
{
    private const string Reset = "\e[0m";

    private readonly Lock _gate = new();
    private readonly int _width = names.Select(name => name.Length).DefaultIfEmpty(0).Max();

    public static MergedLog ForConsole(IEnumerable<string> names) =>
        new(Console.Out, names, !Console.IsOutputRedirected && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")));

    public void Write(LogLine line)
    {
        var name = line.App.PadRight(_width);
        var text = hasColours ? $"{Code(line.Colour)}{name} |{Reset} {line.Text}" : $"{name} | {line.Text}";
        lock (_gate)
            writer.WriteLine(text);
    }

    private static string Code(ConsoleColor colour) => colour switch
    {
        ConsoleColor.DarkRed or ConsoleColor.Red => "\e[31m",
        ConsoleColor.DarkGreen or ConsoleColor.Green => "\e[32m",
        ConsoleColor.DarkYellow or ConsoleColor.Yellow => "\e[33m",
        ConsoleColor.DarkBlue or ConsoleColor.Blue => "\e[34m",
        ConsoleColor.DarkMagenta or ConsoleColor.Magenta => "\e[35m",
        ConsoleColor.DarkCyan or ConsoleColor.Cyan => "\e[36m",
        _ => "\e[37m",
    };
}
