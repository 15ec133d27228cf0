using System.Diagnostics;
using System.Xml.Linq;

namespace Formae.Distributed.Tests.Plugins;

/// <summary><c>formae plugin test</c> as a person runs it: the real app in processes, which are killed.</summary>
public sealed class PluginTestTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(8);

    private static string FakeAws => Path.Combine(Install.Apps, "plugins", "fakeaws");

    [Fact]
    public async Task A_good_plugin_conforms_on_real_processes()
    {
        using var folder = new TempFolder();
        var (code, output, error) = await RunAsync([FakeAws, "--junit", folder.File("results.xml")]);

        Assert.True(code == 0, output + error);
        Assert.Contains("Conforms: ", output, StringComparison.Ordinal);
        var cases = XDocument.Load(folder.File("results.xml")).Descendants("testcase").ToLookup(one => (string)one.Attribute("name")!);
        Assert.All(["Create", "ReadBack", "Extract", "Delete", "Discovery", "Redelivery", "Crash", "LockLost", "TwoInstances"], phase => Assert.All(cases[phase], one => Assert.Empty(one.Elements())));

        // What does not apply says so, and is nothing else than this.
        Assert.All(cases["ClockSkew"], one => Assert.Contains("the clock of its machine", (string)one.Element("skipped")!.Attribute("message")!, StringComparison.Ordinal));
        Assert.Equal(
            ["ChangeSeen", "ClockSkew", "LeftOut", "LostAnswer", "Reapply", "Replace", "Secrets", "SlowPages", "Throttling", "Update"],
            cases.Where(phase => phase.Any(one => one.Element("skipped") is not null)).Select(phase => phase.Key).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_cloud_that_forgets_tokens_is_found_out_and_no_secret_is_said()
    {
        using var folder = new TempFolder();
        var plugin = folder.File("plugin");
        Install.Copy(FakeAws, plugin);
        File.WriteAllText(Path.Combine(plugin, "conformance.json"), """
            {
              "target": { "ForgetsTokens": true, "Token": { "$value": "${CLOUD_KEY}", "$visibility": "Opaque" } },
              "samples": [ { "name": "vpc", "type": "FakeAWS::EC2::VPC", "properties": { "CidrBlock": "10.0.0.0/16", "Tags": [{ "Key": "Name", "Value": "${UNIQUE}" }] } } ]
            }
            """);
        var (code, output, error) = await RunAsync(
            [plugin, "--set", "CLOUD_KEY=a-planted-secret", "--type", "FakeAWS::EC2::VPC", "--phase", "Create", "--phase", "Redelivery", "--phase", "Secrets", "--junit", folder.File("results.xml")]);

        Assert.True(code == 1, output + error);
        Assert.Contains("Does not conform: 2 passed, 1 failed, 0 not applicable", output, StringComparison.Ordinal);
        Assert.Contains("FakeAWS::EC2::VPC (vpc) Redelivery", output, StringComparison.Ordinal);
        Assert.Contains("must make one object", output, StringComparison.Ordinal);
        Assert.DoesNotContain("planted", output + error + File.ReadAllText(folder.File("results.xml")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_type_that_the_plugin_does_not_serve_is_a_mistake_of_usage()
    {
        var (code, _, error) = await RunAsync([FakeAws, "--type", "FakeAWS::S3::Buckte"]);

        Assert.Equal(2, code);
        Assert.Contains("Did you mean 'FakeAWS::S3::Bucket'?", error, StringComparison.Ordinal);
    }

    private static async Task<(int Code, string Output, string Error)> RunAsync(string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("dotnet", [Install.Program, "plugin", "test", .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Limit);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(limit.Token);
            var error = process.StandardError.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            return (process.ExitCode, await output, await error);
        }
        finally
        {
            process.Kill(entireProcessTree: true);
        }
    }
}
