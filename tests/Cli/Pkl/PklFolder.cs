using Formae.Cli.Tests.Support;
using Formae.Servers;

namespace Formae.Cli.Tests.Pkl;

/// <summary>A run in a folder with the modules of the sample, as <c>formae schema pkl</c> writes them.</summary>
internal static class PklFolder
{
    public const string Head = """
        amends "schema/formae.pkl"
        import "schema/formae.pkl"
        import "schema/FakeAWS.pkl" as aws
        stacks { new { label = "web" } }
        targets { new aws.Target { label = "cloud" } }

        """;

    public static async Task<TestRun> OpenAsync()
    {
        var run = new TestRun();
        var schema = Directory.CreateDirectory(Path.Combine(run.Folder, "schema")).FullName;
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Repository.Root, "samples", "webshop", "schema"), "*.pkl"))
            File.Copy(file, Path.Combine(schema, Path.GetFileName(file)));
        return await run.WithPklAsync();
    }
}
