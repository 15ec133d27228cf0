using System.Diagnostics;

namespace Formae.Distributed.Tests;

/// <summary>Two plugins that cannot live in one process: each brings another major version of the same library.</summary>
[Collection(OneSystem.Collection)]
public sealed class ConflictTests
{
    [Fact]
    public async Task Each_plugin_of_an_apply_runs_with_its_own_version_of_a_library()
    {
        using var folder = new TempFolder();
        var (old, @new) = (Install.TestPlugin("Formae.Plugins.Conflict.Old"), Install.TestPlugin("Formae.Plugins.Conflict.New"));
        Assert.Equal(["12.0.3", "13.0.3"], new[] { old, @new }.Select(plugin => Shipped(plugin)));
        await using var plane = await ControlPlane.StartAsync(folder.File("data"), null, "--plugin", old, "--plugin", @new);

        // One hears from the other, so that the apply needs both to come to its end.
        var document = new DocumentBuilder()
            .Stack("versions")
            .Target("old", "ConflictOld")
            .Target("new", "ConflictNew")
            .Resource("versions", "old", "ConflictOld::Test::Library", "older", ("Name", "older"))
            .Resource("versions", "new", "ConflictNew::Test::Library", "newer", ("Name", "newer"), ("Heard", DocumentBuilder.Reference("versions", "ConflictOld::Test::Library", "older", "Version")));
        await plane.RunCommandAsync(document.ToString());

        var inventory = (await plane.InventoryAsync()).ToDictionary(resource => resource.Label, StringComparer.Ordinal);
        Assert.StartsWith("12.0.3.", Text(inventory["older"], "Version"), StringComparison.Ordinal);
        Assert.StartsWith("13.0.3.", Text(inventory["newer"], "Version"), StringComparison.Ordinal);
        Assert.Equal(Text(inventory["older"], "Version"), inventory["newer"].Properties!.Value.GetProperty("Heard").GetProperty("$value").GetString());

        // Not in name only: the newer one refuses what the older one reads.
        Assert.Equal(("True", "False"), (Text(inventory["older"], "ReadsDeepDocuments"), Text(inventory["newer"], "ReadsDeepDocuments")));
        Assert.Equal((ProcessOf(plane, "conflict-old"), ProcessOf(plane, "conflict-new")), (Text(inventory["older"], "ProcessId"), Text(inventory["newer"], "ProcessId")));
    }

    [Fact]
    public void Neither_of_them_comes_with_formae() =>
        Assert.DoesNotContain(Directory.EnumerateFiles(Install.Apps, "*", SearchOption.AllDirectories), file => Path.GetFileName(file).StartsWith("Formae.Plugins.Conflict", StringComparison.Ordinal));

    private static string Shipped(string plugin) =>
        string.Join('.', FileVersionInfo.GetVersionInfo(Path.Combine(plugin, "Newtonsoft.Json.dll")).FileVersion!.Split('.')[..3]);

    private static string ProcessOf(ControlPlane plane, string plugin) =>
        plane.Ready.GetProperty("processes").EnumerateArray().Single(one => one.GetProperty("name").ValueEquals(plugin)).GetProperty("pid").ToString();

    private static string Text(Formae.Model.Resource resource, string output) => resource.ReadOnlyProperties!.Value.GetProperty(output).ToString();
}
