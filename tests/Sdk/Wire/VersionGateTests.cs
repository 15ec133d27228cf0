using Formae.Protocol.Bus;

namespace Formae.Sdk.Tests.Wire;

public sealed class VersionGateTests
{
    [Theory]
    [InlineData("1.2.3", null, true)]
    [InlineData("1.2.3", "1.2.3", true)]
    [InlineData("1.2.3", "1.2.2", true)]
    [InlineData("1.10.0", "1.9.0", true)]
    [InlineData("1.2.3+build.7", "1.2.3", true)]
    [InlineData("1.2.3", "1.2.3-rc.1", true)]
    [InlineData("1.2.3", "1.2.4", false)]
    [InlineData("1.9.0", "1.10.0", false)]
    [InlineData("1.2.3-rc.1", "1.2.3", false)]
    [InlineData("1.2.3", "99999999999999999999.0.0", false)]
    [InlineData("1.2.3", "v1", false)]
    [InlineData("0.0.0", "1.2.4", true)]
    [InlineData("0.0.0-local", "1.2.4", true)]
    [InlineData("1.2.3-dev.9", "1.2.4", true)]
    public void F134_the_floor_of_a_plugin_is_held_against_a_release_and_not_against_a_development_build(string version, string? floor, bool isTaken)
    {
        var gate = new VersionGate(version);

        var refusal = gate.RefusalOf(Plugin(floor));

        Assert.Equal(isTaken, refusal is null);
        Assert.Equal(isTaken && gate.IsDevelopment, gate.NoticeOf(Plugin(floor)) is not null);
        if (refusal is not null)
            Assert.All((string[])[version, floor!, "one 3.0.0"], text => Assert.Contains(text, refusal, StringComparison.Ordinal));
    }

    [Fact]
    public void F134_no_build_understands_another_contract()
    {
        var newer = Plugin(null) with { MinContract = BusContract.Version + 1, MaxContract = BusContract.Version + 1 };

        Assert.Contains($"this control plane speaks contract {BusContract.Version}", new VersionGate("0.0.0").RefusalOf(newer), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1.2"), InlineData("1.2.3.4"), InlineData("1.2.3-a..b"), InlineData("v1.2.3"), InlineData(""), InlineData("new")]
    public void A_floor_is_a_whole_semantic_version(string text) => Assert.Null(VersionGate.Find(text));

    private static PluginAnnouncement Plugin(string? floor) => new() { Name = "one", Namespace = "One", Version = "3.0.0", RequestQueue = "q", MinFormaeVersion = floor };
}
