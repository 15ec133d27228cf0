using System.Diagnostics;
using System.Globalization;

namespace Formae.Bench;

/// <summary>Processes and their children, as Linux tells of them in <c>/proc</c>. Elsewhere there is nothing to tell.</summary>
internal static class ProcessTree
{
    /// <summary>The process and all that it started, directly or not.</summary>
    public static IReadOnlyList<int> Of(int root)
    {
        if (!Directory.Exists("/proc/self"))
            return [root];
        var children = Directory.EnumerateDirectories("/proc")
            .Select(folder => int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var id) ? id : 0)
            .Where(id => id > 0)
            .Select(id => (Id: id, Parent: ParentOf(id)))
            .ToLookup(process => process.Parent, process => process.Id);
        var tree = new List<int> { root };
        for (var i = 0; i < tree.Count; i++)
            tree.AddRange(children[tree[i]]);
        return tree;
    }

    /// <summary>What it was started with; empty when that is not told.</summary>
    public static string CommandLineOf(int process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/cmdline").Replace('\0', ' ');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The process ended while it was looked at, or is somebody else's.
            return "";
        }
    }

    /// <summary>In kB: the proportional set size, or the resident set where the kernel does not tell that one. 0 when the process is gone.</summary>
    public static long MemoryOf(int process) => Number($"/proc/{process}/smaps_rollup", "Pss:") ?? Number($"/proc/{process}/status", "VmRSS:") ?? 0;

    /// <summary>In kB: the most that was resident at once.</summary>
    public static long PeakOf(int process) => Number($"/proc/{process}/status", "VmHWM:") ?? 0;

    /// <summary>Seconds of processor time so far.</summary>
    public static double ProcessorTimeOf(int process)
    {
        try
        {
            using var running = Process.GetProcessById(process);
            return running.TotalProcessorTime.TotalSeconds;
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            // It ended while it was looked at.
            return 0;
        }
    }

    /// <summary>Ends a process that was left over, provided that the id still names one of this program.</summary>
    public static void KillIfAlive(int id, string program)
    {
        try
        {
            using var process = Process.GetProcessById(id);
            if (process.ProcessName == program)
                process.Kill();
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            // It is gone, as it should be.
        }
    }

    private static int ParentOf(int id) => (int)(Number($"/proc/{id}/status", "PPid:") ?? 0);

    private static long? Number(string file, string name)
    {
        try
        {
            foreach (var line in File.ReadLines(file))
            {
                if (line.StartsWith(name, StringComparison.Ordinal))
                    return long.Parse(line.AsSpan(name.Length).Trim().ToString().Split(' ')[0], CultureInfo.InvariantCulture);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The process ended while it was looked at, or is somebody else's.
        }

        return null;
    }
}
