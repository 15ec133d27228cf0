namespace Formae.Embedded.Host;

/// <summary>One line that an app has written, or that its supervisor says of it.</summary>
internal readonly record struct LogLine(string App, ConsoleColor Colour, string Text, bool IsError);
