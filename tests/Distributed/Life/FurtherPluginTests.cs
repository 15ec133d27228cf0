using System.Text.Json.Nodes;
using Formae.Client;

namespace Formae.Distributed.Tests;

/// <summary>Plugins that do not come with formae: one that serves, and one that asks for a newer formae.</summary>
public sealed class FurtherPluginTests(FurtherPluginTests.WithTwo further) : IClassFixture<FurtherPluginTests.WithTwo>
{
    private readonly ControlPlane _plane = further.Plane;

    [Fact]
    public async Task A_further_plugin_serves_its_own_namespace()
    {
        Assert.Equal(["fakeaws", "local"], (await _plane.Client.GetPluginsAsync(TestContext.Current.CancellationToken)).Where(plugin => plugin.LoadStatus != "refused").Select(plugin => plugin.Name).Order());
        await _plane.RunCommandAsync(new DocumentBuilder().Stack("served").Target("disk", "Local", new JsonObject { ["Root"] = further.Files })
            .Resource("served", "disk", DocumentBuilder.LocalFile, "note", ("Path", "note"), ("Content", "served")).ToString());
        Assert.Equal("served", await File.ReadAllTextAsync(Path.Combine(further.Files, "note"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task F134_a_plugin_for_a_newer_formae_is_skipped_and_named_everywhere_while_the_others_serve()
    {
        const string Reason = "asks for formae 99.0.0 or newer; this control plane is formae 0.";
        await Wait.UntilAsync("the reason in the output", ControlPlane.Patience, () => _plane.Output.Contains($"Skipped: Plugin newer 0.1.0 {Reason}", StringComparison.Ordinal), () => _plane.LastLines);
        var plugins = await _plane.Client.GetPluginsAsync(TestContext.Current.CancellationToken);
        var skipped = plugins.Single(plugin => plugin.Name == "newer");
        Assert.Equal(["fakeaws", "local", "newer"], plugins.Select(plugin => plugin.Name).Order());
        Assert.Equal(("refused", "Newer", null, null), (skipped.LoadStatus, skipped.Namespace, skipped.ProcessId, skipped.LastBeat));
        Assert.Contains(Reason, skipped.LoadReason, StringComparison.Ordinal);
        Assert.Contains(Reason, (await _plane.Client.ExamineAsync(TestContext.Current.CancellationToken)).Checks.Single(check => check.Name == "plugin newer").Detail, StringComparison.Ordinal);
        Assert.Equal(["bus", "coordinator", "fakeaws", "local"], _plane.Ready.GetProperty("processes").EnumerateArray().Select(process => process.GetProperty("name").GetString()));
        await _plane.RunCommandAsync(new DocumentBuilder().Stack("beside").Target("here", "Local", new JsonObject { ["Root"] = further.Files }).Resource("beside", "here", DocumentBuilder.RandomId, "id").ToString());
    }

    /// <summary>An installation that lacks the plugin local, started with it as a further one, and with a copy that asks for more.</summary>
    public sealed class WithTwo : IAsyncLifetime
    {
        private readonly TempFolder _folder = new();

        internal ControlPlane Plane { get; private set; } = null!;

        internal string Files => _folder.File("files");

        public async ValueTask InitializeAsync()
        {
            var local = Path.Combine(Install.Apps, "plugins", "local");
            Install.Copy(local, _folder.File("plugin"));
            var path = _folder.File("plugin/plugin.json");
            var manifest = JsonNode.Parse(await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken))!.AsObject();
            (manifest["name"], manifest["namespace"], manifest["minFormaeVersion"]) = ("newer", "Newer", "99.0.0");
            await File.WriteAllTextAsync(path, manifest.ToJsonString(), TestContext.Current.CancellationToken);
            Plane = await ControlPlane.StartAsync(_folder.File("data"), Install.CopyWithout("local", _folder.File("program")), "--plugin", local, "--plugin", _folder.File("plugin"));
        }

        public async ValueTask DisposeAsync()
        {
            await Plane.DisposeAsync();
            _folder.Dispose();
        }
    }
}
