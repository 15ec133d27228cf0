using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Formae.Coordination.Tests.Payloads;

/// <summary>
/// Microsoft's emulator of Blob storage, from the npm registry: installed once into artifacts/cache, in the version that tools/azurite pins. Its tests are skipped, with the
/// reason, where there is no Node.js or the registry does not answer.
/// </summary>
public sealed partial class Azurite : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly TempFolder _folder = new();
    private readonly string _account = $"formae{Guid.NewGuid():N}"[..20];
    private Process? _process;
    private string? _missing;
    private string _address = "";

    /// <summary>A key that nothing else uses.</summary>
    public string Key { get; } = Convert.ToBase64String(RandomNumberGenerator.GetBytes(64));

    public string ConnectionString
    {
        get
        {
            if (_missing is not null)
                Assert.Skip(_missing);
            return $"AccountName={_account};AccountKey={Key};BlobEndpoint={_address}/{_account}";
        }
    }

    public async ValueTask InitializeAsync()
    {
        if (Find("node") is not { } node || Find("npm") is not { } npm)
        {
            _missing = "There is no Node.js on this machine, which Azurite needs.";
            return;
        }

        if (await InstallAsync(npm) is not { } package)
            return;
        var start = new ProcessStartInfo(node) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])[Path.Combine(package, "dist", "src", "blob", "main.js"), "--blobPort", "0", "--location", _folder.Path, "--disableTelemetry"])
            start.ArgumentList.Add(argument);
        start.Environment["AZURITE_ACCOUNTS"] = $"{_account}:{Key}";
        _process = Process.Start(start)!;
        var listens = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        var error = new StringBuilder();
        _process.OutputDataReceived += (_, line) =>
        {
            if (line.Data is null)
                listens.TrySetException(new InvalidOperationException($"Azurite has ended: {error}"));
            else if (Listens().Match(line.Data) is { Success: true } match)
                listens.TrySetResult(match.Groups["address"].Value);
        };
        _process.ErrorDataReceived += (_, line) => error.AppendLine(line.Data);
        _process.BeginErrorReadLine();
        _process.BeginOutputReadLine();
        _address = await listens.Task.WaitAsync(TimeSpan.FromSeconds(60));
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
            _process.Dispose();
        }

        _folder.Dispose();
    }

    /// <summary>Into a folder of its own first: nobody finds half of it. Null: it cannot be had.</summary>
    private async Task<string?> InstallAsync(string npm)
    {
        var root = FindRoot();
        var pins = Path.Combine(root, "tools", "azurite", "package.json");
        var cache = Directory.CreateDirectory(Path.Combine(root, "artifacts", "cache")).FullName;
        var home = Path.Combine(cache, "azurite-" + Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(pins)).AsSpan(0, 6)));
        var package = Path.Combine(home, "node_modules", "azurite");
        if (Directory.Exists(home))
            return package;
        var draft = Directory.CreateDirectory($"{home}.{Guid.NewGuid():N}").FullName;
        try
        {
            File.Copy(pins, Path.Combine(draft, "package.json"));
            var (exitCode, error) = await RunAsync(npm, draft, "install", "--no-package-lock", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error");
            if (exitCode != 0)
            {
                // Where the registry does answer, an installation that fails is a failure.
                var (answer, _) = await RunAsync(npm, draft, "view", "azurite", "version");
                Assert.True(answer != 0, $"Azurite could not be installed: {error}");
                _missing = $"The npm registry does not answer: {error}";
                return null;
            }

            if (!Directory.Exists(home))
                Directory.Move(draft, home);
            return package;
        }
        finally
        {
            if (Directory.Exists(draft))
                Directory.Delete(draft, recursive: true);
        }
    }

    private static async Task<(int ExitCode, string Error)> RunAsync(string program, string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo(program) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        using var patience = new CancellationTokenSource(Patience);
        var output = process.StandardOutput.ReadToEndAsync(patience.Token);
        var error = await process.StandardError.ReadToEndAsync(patience.Token);
        await output;
        await process.WaitForExitAsync(patience.Token);
        return (process.ExitCode, error);
    }

    private static string? Find(string name) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Select(folder => Path.Combine(folder, OperatingSystem.IsWindows() ? $"{name}{(name == "npm" ? ".cmd" : ".exe")}" : name)).FirstOrDefault(File.Exists);

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Formae.Functions.sln")))
                return folder.FullName;
        }

        throw new InvalidOperationException($"No repository above {AppContext.BaseDirectory}.");
    }

    [GeneratedRegex(@"successfully listens on (?<address>\S+)")]
    private static partial Regex Listens();
}
