using System.Diagnostics;
using System.Text.Json;

namespace Formae.Architecture.Tests.Deployment;

/// <summary>infra/hooks/message-keys.sh with an <c>az</c> in the place of the real one, which writes down what it is told.</summary>
public sealed class HookTests : IDisposable
{
    private const string Secret = "/subscriptions/s/resourceGroups/g/providers/Microsoft.KeyVault/vaults/v/secrets/formae-message-keys?";

    /// <summary>What <c>openssl rand -base64 32</c> says here.</summary>
    private static readonly string Random = Convert.ToBase64String(new byte[32]);

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly string _folder = Directory.CreateTempSubdirectory("formae-hook-").FullName;

    [Fact]
    public async Task A_secret_that_is_not_there_is_made_where_a_private_vault_is_reached_too()
    {
        Assert.Equal(0, await RunAsync("echo 0"));

        var told = Told();
        Assert.DoesNotContain(told, line => line.StartsWith("keyvault", StringComparison.Ordinal));
        Assert.Single(told, line => line.Contains("--method put", StringComparison.Ordinal) && line.Contains(Secret, StringComparison.Ordinal));
        Assert.Equal(["/apps/one", "/apps/two"], told.Where(line => line.Contains("configreferences/appsettings/refresh", StringComparison.Ordinal)).Select(line => line.Split(' ')[4].Split("/config")[0]));

        using var body = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(_folder, "body"), TestContext.Current.CancellationToken));
        Assert.Equal($"k1:{Random}", body.RootElement.GetProperty("properties").GetProperty("value").GetString());

        // Arguments are seen by everybody on the machine.
        Assert.DoesNotContain(told, line => line.Contains(Random, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_secret_that_is_there_stays()
    {
        Assert.Equal(0, await RunAsync("echo 1"));
        Assert.DoesNotContain(Told(), line => line.Contains("--method put", StringComparison.Ordinal));
        Assert.Equal(2, Told().Count(line => line.Contains("refresh", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Who_cannot_look_makes_nothing()
    {
        Assert.NotEqual(0, await RunAsync("exit 3"));
        Assert.Single(Told());
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string[] Told() => File.ReadAllLines(Path.Combine(_folder, "told"));

    private async Task<int> RunAsync(string looked)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There is no sh.");
        await ProgramAsync("openssl", $"""[ "$*" = "rand -base64 32" ] && echo '{Random}'""");
        await ProgramAsync("az", $"""
            echo "$*" >> "{_folder}/told"
            case "$*" in
              *"--method get"*) {looked} ;;
              *"--body @-"*) cat > "{_folder}/body" ;;
              "functionapp list"*) printf '/apps/one\n/apps/two\n' ;;
            esac
            """);
        var start = new ProcessStartInfo("sh", [Repository.Full("infra/hooks/message-keys.sh")]) { RedirectStandardOutput = true };
        start.Environment["PATH"] = $"{_folder}:{Environment.GetEnvironmentVariable("PATH")}";
        (start.Environment["FORMAE_VAULT"], start.Environment["FORMAE_RESOURCE_GROUP"], start.Environment["AZURE_SUBSCRIPTION_ID"]) = ("v", "g", "s");
        using var process = Process.Start(start)!;
        await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken).WaitAsync(Patience, TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(Patience, TestContext.Current.CancellationToken);
        return process.ExitCode;
    }

    private async Task ProgramAsync(string name, string script)
    {
        var path = Path.Combine(_folder, name);
        await File.WriteAllTextAsync(path, $"#!/bin/sh\n{script}\n", TestContext.Current.CancellationToken);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
