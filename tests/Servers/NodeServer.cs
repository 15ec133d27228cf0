using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;

namespace Formae.Servers;

/// <summary>A server from the npm registry, installed once into artifacts/cache in the version that tools/package.json pins.</summary>
/// <param name="package">Its package.</param>
/// <param name="script">What node runs, below the package's folder.</param>
/// <param name="expected">The addresses that it prints when it serves: how many.</param>
public abstract class NodeServer(string package, string script, int expected) : Server
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private Process? _process;

    /// <summary>What it prints once for each address that it serves, with the group <c>address</c>.</summary>
    protected abstract Regex Listens { get; }

    /// <summary>Where it serves, in the order in which it said so.</summary>
    protected IReadOnlyList<string> Addresses { get; private set; } = [];

    /// <summary>The arguments after the script; ports are given as 0.</summary>
    protected abstract IEnumerable<string> Arguments { get; }

    /// <summary>Variables of its environment beside those of the tests. Default: none.</summary>
    protected virtual IEnumerable<KeyValuePair<string, string>> Variables => [];

    /// <inheritdoc/>
    protected override async Task<string?> StartAsync(CancellationToken cancellation)
    {
        var (node, home, missing) = await NpmProgram.FindAsync(package, cancellation);
        if (node is null || home is null)
            return missing;
        var start = new ProcessStartInfo(node, [Path.Combine(home, "node_modules", package, script), .. Arguments]) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Folder };
        foreach (var (name, value) in Variables)
            start.Environment[name] = value;
        _process = Process.Start(start)!;
        Addresses = await AddressesAsync(_process).WaitAsync(Patience, cancellation);
        return null;
    }

    /// <inheritdoc/>
    protected override async Task StopAsync()
    {
        if (_process is null)
            return;
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private async Task<IReadOnlyList<string>> AddressesAsync(Process process)
    {
        var all = new TaskCompletionSource<IReadOnlyList<string>>(TaskCreationOptions.RunContinuationsAsynchronously);
        var said = new StringBuilder();
        var addresses = new List<string>();

        // Whatever it says later is taken too, or its output would fill up and stop it.
        void Hear(object sender, DataReceivedEventArgs line)
        {
            lock (addresses)
            {
                if (line.Data is null)
                {
                    all.TrySetException(new InvalidOperationException($"{package} has ended: {said}"));
                    return;
                }

                if (all.Task.IsCompleted)
                    return;
                said.AppendLine(line.Data);
                if (Listens.Match(line.Data) is { Success: true } match)
                    addresses.Add(match.Groups["address"].Value);
                if (addresses.Count == expected)
                    all.TrySetResult(addresses);
            }
        }

        process.OutputDataReceived += Hear;
        process.ErrorDataReceived += Hear;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return await all.Task;
    }
}
