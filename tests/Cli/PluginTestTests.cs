using System.Xml.Linq;
using Formae.Cli.Tests.Support;
using Formae.Sdk.Conformance;

namespace Formae.Cli.Tests;

/// <summary><c>formae plugin test</c>, up to where an app is started. The rest is in the tests of processes.</summary>
public sealed class PluginTestTests
{
    private const string Good = """{ "samples": [ { "name": "bucket", "type": "FakeAWS::S3::Bucket", "properties": { "BucketName": "${NAME}" } } ] }""";

    [Fact]
    public async Task A_folder_without_a_plugin_is_refused()
    {
        using var run = new TestRun();

        Assert.Equal(1, await run.InvokeAsync("plugin", "test", run.Folder));
        Assert.Contains("plugin.json is missing", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_plugin_without_samples_is_refused()
    {
        using var run = new TestRun();
        Plugin(run, null);

        Assert.Equal(4, await run.InvokeAsync("plugin", "test", run.Folder));
        Assert.Contains("There is no file", run.Error, StringComparison.Ordinal);
        Assert.Contains("conformance.json", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_mistake_in_the_samples_is_shown_where_it_is()
    {
        using var run = new TestRun();
        Plugin(run, Good.Replace("${NAME}", "${not this}", StringComparison.Ordinal));

        Assert.Equal(4, await run.InvokeAsync("plugin", "test", run.Folder));
        Assert.Contains("'${not this}' is no placeholder", run.Error, StringComparison.Ordinal);
        Assert.Contains("conformance.json:1:97", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--phase", "Updaet", "There is no phase 'Updaet'. Did you mean 'Update'?")]
    [InlineData("--set", "a-planted-secret", "--set takes NAME=VALUE")]
    public async Task What_cannot_be_meant_is_a_mistake_of_usage(string option, string value, string said)
    {
        using var run = new TestRun();
        Plugin(run, Good);

        Assert.Equal(2, await run.InvokeAsync("plugin", "test", run.Folder, option, value));
        Assert.Contains(said, run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("planted", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void The_matrix_has_a_row_for_each_sample_and_an_upright_name_for_each_phase()
    {
        using var run = new TestRun();
        PhaseResult[] results =
        [
            new("bucket", "AWS::S3::Bucket", Phase.Find("Create")!, Verdict.Passed, null, TimeSpan.Zero),
            new("bucket", "AWS::S3::Bucket", Phase.Find("Update")!, Verdict.Failed, "no", TimeSpan.Zero),
            new("object", "AWS::S3::Object", Phase.Find("Create")!, Verdict.NotApplicable, "no", TimeSpan.Zero),
        ];

        run.Context.Terminal.Out.Write(Plugins.ConformanceView.Matrix(results));

        Assert.Equal(
            """
                                    C U
                                    r p
                                    e d
                                    a a
                                    t t
                                    e e
            AWS::S3::Bucket bucket  ✓ ✗
            AWS::S3::Object object  – ·
            """,
            run.Out.TrimEnd());
    }

    [Fact]
    public void The_file_for_build_servers_has_a_suite_for_each_sample_and_a_case_for_each_phase()
    {
        var report = new ConformanceReport(
        [
            new("bucket", "AWS::S3::Bucket", Phase.Find("Create")!, Verdict.Passed, null, TimeSpan.FromMilliseconds(1500)),
            new("bucket", "AWS::S3::Bucket", Phase.Find("Update")!, Verdict.Failed, "It said <no> \u0001.", TimeSpan.Zero),
            new("object", "AWS::S3::Object", Phase.Find("SlowPages")!, Verdict.NotApplicable, "no pages", TimeSpan.Zero),
        ]);
        using var file = new MemoryStream();

        JUnitFile.Write(report, "aws 1.0.0", file);

        file.Position = 0;
        var xml = XDocument.Load(file).Root!;
        Assert.Equal(("aws 1.0.0", "3", "1", "1"), ((string)xml.Attribute("name")!, (string)xml.Attribute("tests")!, (string)xml.Attribute("failures")!, (string)xml.Attribute("skipped")!));
        Assert.Equal(["AWS::S3::Bucket (bucket)", "AWS::S3::Object (object)"], xml.Elements("testsuite").Select(suite => (string)suite.Attribute("name")!));
        var cases = xml.Descendants("testcase").ToList();
        Assert.Equal(["Create", "Update", "SlowPages"], cases.Select(one => (string)one.Attribute("name")!));
        Assert.Equal("1.500", (string)cases[0].Attribute("time")!);
        Assert.Equal("It said <no> \uFFFD.", (string)cases[1].Element("failure")!.Attribute("message")!);
        Assert.Equal("no pages", (string)cases[2].Element("skipped")!.Attribute("message")!);
    }

    private static void Plugin(TestRun run, string? samples)
    {
        run.Write("plugin.json", """{ "name": "fake", "namespace": "FakeAWS", "version": "1.0.0", "assembly": "Fake" }""");
        run.Write("Fake.dll", "");
        if (samples is not null)
            run.Write("conformance.json", samples);
    }
}
