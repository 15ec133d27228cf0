using Formae.Coordination.Catalog;
using Formae.Coordination.Health;
using Formae.Coordination.Queries;
using Formae.Coordination.Tests.Cluster;
using Formae.Protocol.Http;

namespace Formae.Coordination.Tests.Acceptance;

/// <summary>Plugins that ask for a newer control plane than this one, or speak another contract.</summary>
public sealed class VersionGateTests : IAsyncDisposable
{
    private const string Document = """
        Stacks: [{ Label: web }]
        Targets: [{ Label: eu, Namespace: FakeAWS, Config: { Region: eu-1 } }]
        Resources:
          - { Label: b, Type: "FakeAWS::S3::Bucket", Stack: web, Target: eu, Properties: { BucketName: b } }
        """;

    private readonly CancellationToken _cancellation = TestContext.Current.CancellationToken;
    private ControlPlane _plane = null!;

    public ValueTask DisposeAsync() => _plane.DisposeAsync();

    [Fact]
    public async Task F134_a_plugin_that_asks_for_a_newer_formae_is_refused_until_one_comes_that_fits()
    {
        await StartAsync("1.2.3");

        await _plane.AnnounceAsync(announcement => announcement with { MinFormaeVersion = "1.3.0" });

        var (plugin, check) = await LookAsync();
        Assert.Equal(("refused", Verdicts.Fail), (plugin.LoadStatus, check.Verdict));
        Assert.All((string[])[plugin.LoadReason!, check.Detail, _plane.Get<PluginCatalog>().WhyMissing("fakeaws")], text => Assert.Contains("asks for formae 1.3.0 or newer; this control plane is formae 1.2.3", text, StringComparison.Ordinal));
        Assert.Null(_plane.Get<PluginCatalog>().Find("FakeAWS"));

        await _plane.AnnounceAsync(announcement => announcement with { MinFormaeVersion = "1.2.3" });
        Assert.Null((await LookAsync()).Plugin.LoadReason);
        ControlPlane.Succeeded(await _plane.RunAsync(Document));
    }

    [Fact]
    public async Task F134_a_development_build_takes_it_and_says_so()
    {
        await StartAsync("0.0.0");

        await _plane.AnnounceAsync(announcement => announcement with { MinFormaeVersion = "1.3.0" });

        var (plugin, check) = await LookAsync();
        Assert.Equal(("active", Verdicts.Ok), (plugin.LoadStatus, check.Verdict));
        Assert.All((string[])[plugin.LoadReason!, check.Detail], text => Assert.Contains("asks for formae 1.3.0 or newer; this control plane is the development build 0.0.0", text, StringComparison.Ordinal));
        ControlPlane.Succeeded(await _plane.RunAsync(Document));
    }

    [Fact]
    public async Task F134_a_plugin_that_was_not_even_started_is_told_of_with_the_reason()
    {
        await StartAsync("1.2.3", ("Formae:Skipped:0:Name", "fakeaws"), ("Formae:Skipped:0:Namespace", "FakeAWS"), ("Formae:Skipped:0:Version", "9.0.0"), ("Formae:Skipped:0:Reason", "It is too new."));

        var (plugin, check) = await LookAsync();

        Assert.Equal(("refused", "9.0.0", "It is too new.", null), (plugin.LoadStatus, plugin.InstalledVersion, plugin.LoadReason, plugin.LastBeat));
        Assert.Equal((Verdicts.Fail, "It is too new."), (check.Verdict, check.Detail));
        Assert.Equal("It is too new.", _plane.Get<PluginCatalog>().WhyMissing("FAKEAWS"));
        Assert.Null(_plane.Get<PluginCatalog>().QueueOf("FakeAWS"));
    }

    private async Task StartAsync(string version, params (string Name, string Value)[] settings) =>
        _plane = await ControlPlane.StartAsync(new Seams { IsAnnounced = false, Version = version }, settings);

    private async Task<(Plugin Plugin, DoctorCheck Check)> LookAsync() => (
        Assert.Single(await _plane.Get<PluginQueries>().ListAsync("fakeaws", null, null, _plane.Client, _cancellation), plugin => plugin.LoadStatus != "silent"),
        (await _plane.Get<PluginChecks>().LookAsync(_cancellation)).First(check => check.Name == "plugin fakeaws"));
}
