using System.Diagnostics;
using System.Globalization;

namespace Formae.Distributed.Tests;

/// <summary>The processes of this machine, as Linux tells them.</summary>
internal static class Processes
{
    /// <summary>Dead or waiting to be buried is not alive.</summary>
    public static bool IsAlive(int id) => Stat(id) is { } stat && stat.State != 'Z';

    /// <summary>Those that a process has started and that live, by what they are.</summary>
    public static IReadOnlyDictionary<string, int> ChildrenOf(int parent)
    {
        var children = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var id) && Stat(id) is { } stat && stat.Parent == parent && stat.State != 'Z' && NameOf(id) is { } name)
                children[name] = id;
        }

        return children;
    }

    /// <summary>kill -9.</summary>
    public static void Kill(int id)
    {
        try
        {
            using var process = Process.GetProcessById(id);
            process.Kill();
        }
        catch (ArgumentException)
        {
            // It has just ended by itself.
        }
    }

    /// <summary>The most memory that a process had so far, in bytes.</summary>
    public static long PeakOf(int id) =>
        long.Parse(File.ReadLines($"/proc/{id}/status").First(line => line.StartsWith("VmHWM:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;

    private static (char State, int Parent)? Stat(int id)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{id}/stat");
            var rest = text[(text.LastIndexOf(')') + 2)..].Split(' ');
            return (rest[0][0], int.Parse(rest[1], CultureInfo.InvariantCulture));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string? NameOf(int id)
    {
        try
        {
            var command = File.ReadAllText($"/proc/{id}/cmdline");
            return command switch
            {
                _ when command.Contains("Formae.Coordinator.dll", StringComparison.Ordinal) => "coordinator",
                _ when command.Contains("Formae.Plugins.FakeAws.dll", StringComparison.Ordinal) => "fakeaws",
                _ when command.Contains("Formae.Plugins.Local.dll", StringComparison.Ordinal) => "local",
                _ when command.Contains("azurite.cjs\0", StringComparison.Ordinal) => "azurite",
                _ when command.Contains("\0broker\0", StringComparison.Ordinal) => "bus",
                _ => null,
            };
        }
        catch (IOException)
        {
            return null;
        }
    }
}
