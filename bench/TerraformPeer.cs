using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Formae.Bench;

/// <summary>
/// Terraform in the same run, on this machine: as many of its built-in <c>terraform_data</c> resources, which need no provider and do nothing. It flatters
/// Terraform, because there is no provider process and no cloud at all.
/// </summary>
internal sealed class TerraformPeer(BenchOptions options, Results results, TextWriter output, string folder)
{
    public async Task RunAsync(CancellationToken cancellation)
    {
        if (options.Quick)
        {
            output.WriteLine("  skipped: a quick run compares with nothing");
            return;
        }

        Directory.CreateDirectory(folder);
        await File.WriteAllTextAsync(Path.Combine(folder, "cli.tfrc"), "", cancellation);
        try
        {
            await TerraformAsync(["init", "-input=false", "-no-color"], cancellation);
        }
        catch (Win32Exception)
        {
            output.WriteLine("  skipped: there is no terraform on the PATH");
            return;
        }

        const int Count = 1000;
        string[] apply = ["apply", "-auto-approve", "-input=false", "-no-color"];
        await WriteAsync(Count, isVersioned: false, cancellation);
        await CompareAsync($"create {Count:N0}", apply, cancellation);
        await CompareAsync($"nothing to do, {Count:N0}", apply, cancellation);
        await WriteAsync(Count, isVersioned: true, cancellation);
        await CompareAsync($"update one field of {Count:N0}", apply, cancellation);
        await CompareAsync($"destroy {Count:N0}", ["destroy", "-auto-approve", "-input=false", "-no-color"], cancellation);
    }

    private async Task CompareAsync(string scenario, string[] arguments, CancellationToken cancellation)
    {
        var watch = Stopwatch.StartNew();
        await TerraformAsync(arguments, cancellation);
        var theirs = watch.Elapsed.TotalSeconds;
        var ours = results.MedianOf(scenario);
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"  {scenario}: terraform_data {theirs:0.00} s{(ours is { } seconds ? $", ours {seconds:0.00} s, {theirs / seconds:0.0} times" : "")}"));
    }

    private Task WriteAsync(int count, bool isVersioned, CancellationToken cancellation)
    {
        var text = new StringBuilder();
        for (var i = 0; i < count; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $$"""
                resource "terraform_data" "bucket_{{i}}" {
                  input = {
                    BucketName        = "apply-{{i}}"
                    VersioningEnabled = {{(isVersioned ? "true" : "false")}}
                    Acl               = "Private"
                    Tags              = [{ Key = "number", Value = "{{i}}" }]
                  }
                }

                """);
        }

        return File.WriteAllTextAsync(Path.Combine(folder, "main.tf"), text.ToString(), cancellation);
    }

    private async Task TerraformAsync(string[] arguments, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo("terraform", arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["CHECKPOINT_DISABLE"] = "1";
        start.Environment["TF_CLI_CONFIG_FILE"] = Path.Combine(folder, "cli.tfrc");
        using var process = Process.Start(start)!;
        try
        {
            var errors = process.StandardError.ReadToEndAsync(cancellation);
            await process.StandardOutput.ReadToEndAsync(cancellation);
            await process.WaitForExitAsync(cancellation);
            if (process.ExitCode != 0)
                throw new BenchException($"terraform {arguments[0]} ended with code {process.ExitCode}: {await errors}");
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
    }
}
