using Formae.Sdk.Testing;

namespace Formae.Sdk.Tests.Local;

public sealed class LocalConformanceTests
{
    public static TheoryData<Sample> Samples { get; } = new(
        Sample.Of("Local::Fs::Directory", """{"Path":"a/b","Mode":"0750"}""", """{"Path":"a/b","Mode":"0700"}"""),
        Sample.Of("Local::Fs::File", """{"Path":"a/hello.txt","Content":"hello\n"}""", """{"Path":"a/hello.txt","Content":"changed","Mode":"0600"}"""),
        Sample.Of("Local::Fs::File", """{"Path":"raw","ContentBase64":"AAEC"}""", """{"Path":"raw","ContentBase64":"AwQF"}"""),
        Sample.Of("Local::Random::Id", """{"Length":12,"Prefix":"web-","Keepers":{"v":"1"}}"""),
        Sample.Of("Local::Random::Password", """{"Length":32}"""),
        Sample.Of(
            "Local::Shell::Command",
            """{"Apply":["touch","made"],"Check":["test","-e","made"],"Remove":["rm","-f","made"],"Environment":{"TOKEN":"planted-secret-of-a-command"}}""",
            """{"Apply":["touch","made","twice"],"Check":["test","-e","twice"],"Remove":["rm","-f","made","twice"],"Environment":{"TOKEN":"planted-secret-of-a-command"}}"""));

    [Theory]
    [MemberData(nameof(Samples))]
    public async Task A_type_keeps_to_the_contract(Sample sample)
    {
        using var scratch = new Scratch();
        await using var plugin = scratch.Local();
        await Conformance.RunAsync(plugin, sample, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Every_type_has_a_sample()
    {
        using var scratch = new Scratch();
        await using var plugin = scratch.Local();
        Assert.Equal(plugin.Operator.Types.Select(t => t.Name).Order(), Samples.Select(s => s.Data.Type).Distinct().Order());
    }
}
