using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace Formae.Distributed.Tests;

/// <summary>What a person gets while writing a document, from the control plane as it is started.</summary>
[Collection(OneSystem.Collection)]
public sealed class EditorTests(OneSystem system)
{
    [Fact]
    public async Task The_schema_knows_the_types_of_every_plugin_and_is_not_sent_twice()
    {
        using var first = await system.Plane.Http.GetAsync("api/v1/schemas/forma.json", TestContext.Current.CancellationToken);
        using var schema = JsonDocument.Parse(await first.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        var definitions = schema.RootElement.GetProperty("$defs");

        Assert.True(definitions.TryGetProperty("FakeAWS::EC2::VPC", out _));
        Assert.True(definitions.TryGetProperty("Local::Fs::File", out _));

        using var request = new HttpRequestMessage(HttpMethod.Get, "api/v1/schemas/forma.json");
        request.Headers.IfNoneMatch.Add(EntityTagHeaderValue.Parse(first.Headers.ETag!.ToString()));
        using var again = await system.Plane.Http.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.NotModified, again.StatusCode);
    }

    [Fact]
    public async Task A_wrong_property_in_yaml_is_marked_with_line_and_column_and_nothing_is_stored()
    {
        var file = Path.Combine(system.Folder, "wrong.yaml");
        await File.WriteAllTextAsync(file, """
            Stacks:
              - Label: editor
            Targets:
              - { Label: aws, Namespace: FakeAWS }
            Resources:
              - Label: net
                Type: FakeAWS::EC2::VPC
                Properties:
                  CidrBlock: 10.0.0.0/16
                  EnableDnsSuport: true
            """, TestContext.Current.CancellationToken);
        var before = await system.Plane.StoredAsync();

        var (exit, error) = await FormaeAsync("validate", file);

        Assert.Equal(4, exit);
        Assert.Contains("error UnknownProperty: FakeAWS::EC2::VPC has no field 'EnableDnsSuport' here that can be set. Did you mean 'EnableDnsSupport'?", error, StringComparison.Ordinal);
        Assert.Contains("wrong.yaml:10:", error, StringComparison.Ordinal);
        Assert.Contains("   10 |       EnableDnsSuport: true", error, StringComparison.Ordinal);
        Assert.Equal(before, await system.Plane.StoredAsync());

        await File.WriteAllTextAsync(file, (await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken)).Replace("Suport", "Support", StringComparison.Ordinal), TestContext.Current.CancellationToken);
        Assert.Equal((0, ""), await FormaeAsync("validate", file));
        Assert.Equal(before, await system.Plane.StoredAsync());
    }

    private async Task<(int Exit, string Error)> FormaeAsync(params string[] arguments)
    {
        using var process = new Process
        {
            StartInfo = new ProcessStartInfo("dotnet", [Install.Program, .. arguments, "--server", system.Plane.Address.ToString()])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                Environment = { ["FORMAE_CONFIG_DIR"] = Path.Combine(system.Folder, "config") },
            },
        };
        process.Start();
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var error = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await output;
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, error.ReplaceLineEndings("\n"));
    }
}
