using System.Globalization;
using System.Text.Json.Nodes;

namespace Formae.Distributed.Tests;

[Collection(OneSystem.Collection)]
public sealed class UpTests(OneSystem system)
{
    [Fact]
    public void The_ready_file_tells_where_everything_is()
    {
        var ready = system.Plane.Ready;

        Assert.Equal(["address", "pid", "processes"], ready.EnumerateObject().Select(member => member.Name));
        Assert.Equal(system.Plane.Id, ready.GetProperty("pid").GetInt32());
        var processes = ready.GetProperty("processes").EnumerateArray().ToArray();
        Assert.Equal(["bus", "coordinator", "fakeaws", "local"], processes.Select(process => process.GetProperty("name").GetString()));
        Assert.Equal(4, processes.Select(process => process.GetProperty("pid").GetInt32()).Where(Processes.IsAlive).Distinct().Count());
        Assert.Equal(["coordinator", "fakeaws", "local"], processes.Where(process => process.TryGetProperty("url", out _)).Select(process => process.GetProperty("name").GetString()));
        Assert.Equal(ready.GetProperty("address").GetString(), processes[1].GetProperty("url").GetString());
    }

    [Fact]
    public void Nothing_of_the_export_is_loaded_where_nothing_is_exported()
    {
        if (!OperatingSystem.IsLinux())
            Assert.Skip("Only Linux tells what a process has loaded.");
        foreach (var process in system.Plane.Ready.GetProperty("processes").EnumerateArray().Where(process => process.TryGetProperty("url", out _)))
        {
            var loaded = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{process.GetProperty("pid").GetInt32()}/maps"));
            Assert.Contains("Formae.Telemetry.dll", loaded, StringComparison.Ordinal);
            Assert.DoesNotContain("OpenTelemetry", loaded, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_second_one_on_the_same_data_is_refused_and_told_who_has_it()
    {
        var (code, output) = await ControlPlane.RunAsync("up", "--data", system.Plane.DataFolder, "--port", "0", "--ready-file", system.Plane.ReadyFile);

        Assert.Equal(1, code);
        Assert.Contains(system.Plane.Id.ToString(CultureInfo.InvariantCulture), output, StringComparison.Ordinal);
        Assert.Contains(system.Plane.Address.GetLeftPart(UriPartial.Authority), output, StringComparison.Ordinal);
        Assert.Contains("--data", output, StringComparison.Ordinal);
        Assert.True(File.Exists(system.Plane.ReadyFile), "It has removed the ready file of the one that runs.");
        await system.Plane.Client.CheckHealthAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_port_that_is_taken_is_refused_and_named()
    {
        using var folder = new TempFolder();
        var port = system.Plane.Address.Port.ToString(CultureInfo.InvariantCulture);

        var (code, output) = await ControlPlane.RunAsync("up", "--data", folder.File("data"), "--port", port);

        Assert.Equal(1, code);
        Assert.Contains($"Port {port} is in use", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_without_a_plugin_is_refused_and_named()
    {
        using var folder = new TempFolder();

        var (code, output) = await ControlPlane.RunAsync("up", "--data", folder.File("data"), "--port", "0", "--plugin", folder.Path);

        Assert.Equal(2, code);
        Assert.Contains($"{folder.Path}: this is neither a folder with a plugin.json nor one of the plugins that come with formae", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_plugin_that_does_not_serve_what_its_manifest_says_is_refused_in_its_own_words()
    {
        using var folder = new TempFolder();
        Install.Copy(Path.Combine(Install.Apps, "plugins", "fakeaws"), folder.File("plugin"));
        var path = folder.File("plugin/plugin.json");
        var manifest = JsonNode.Parse(await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken))!.AsObject();
        (manifest["name"], manifest["namespace"]) = ("further", "Other");
        await File.WriteAllTextAsync(path, manifest.ToJsonString(), TestContext.Current.CancellationToken);

        var (code, output) = await ControlPlane.RunAsync("up", "--data", folder.File("data"), "--port", "0", "--plugin", folder.File("plugin"));

        Assert.Equal(1, code);
        Assert.Contains("FakeAWS::S3::Bucket is not of the namespace 'Other'", output[output.IndexOf("error:", StringComparison.Ordinal)..], StringComparison.Ordinal);
    }
}
