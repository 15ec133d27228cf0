using Formae.Protocol.Samples;
using Formae.Sdk.Conformance;
using Formae.Sdk.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Formae.Sdk.Tests.Conformance;

/// <summary>Faults on the way to a server: the kit's proxy lets them happen, and the phases see who cannot live with them.</summary>
public sealed class ServerFaultTests
{
    private static readonly ConformanceFile File = new()
    {
        Target = Requests.Json("""{"Endpoint":"${PROXY}"}"""),
        Proxies = new Dictionary<string, string> { ["PROXY"] = "${PANTRY}" },
        Variables = [new VariableUse("PANTRY", new Model.Diagnostic { Code = Model.DiagnosticCodes.MissingParameter, Summary = "The variable PANTRY has no value." })],
        Samples =
        [
            new ConformanceSample
            {
                Name = "jar",
                Type = "Pantry::Shelf::Jar",
                Properties = Requests.Json("""{"Name":"j-${UNIQUE}","Content":"plums","Recipe":"grandmother's own secret"}"""),
                Changed = Requests.Json("""{"Name":"j-${UNIQUE}","Content":"pears","Recipe":"grandmother's own secret"}"""),
            },
        ],
    };

    [Theory]
    [InlineData(Flaw.None, "")]
    [InlineData(Flaw.TellsAStormAsFinal, "Throttling")]
    [InlineData(Flaw.TellsALostAnswerAsFinal, "LostAnswer")]
    [InlineData(Flaw.TakesASlowPageForTheLast, "SlowPages")]
    [InlineData(Flaw.HasNoTokens, "Cancellation Redelivery Crash LockLost LostAnswer")]
    public async Task A_flaw_shows_in_the_fault_that_it_cannot_live_with(Flaw flaw, string phases)
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var server = await JarServer.StartAsync(new JarCloud());
        await using var plugin = new PluginInProcess(new PluginManifest { Name = "pantry", Namespace = "Pantry", Version = "1.0.0" }, definition =>
        {
            definition.Services.AddSingleton(new Flaws(flaw));
            definition.AddResource<Jar, HttpJarHandler>();
        });
        var report = await ConformanceKit.RunAsync(plugin, File, new ConformanceOptions { Variable = name => name == "PANTRY" ? server.Address : null }, cancellation);

        Assert.True(phases.Split(' ', StringSplitOptions.RemoveEmptyEntries).Order().SequenceEqual(report.Failures.Select(result => result.Phase.Name).Order()), report.ToString());
        Assert.Equal(["LeftOut", "Replace"], report.Results.Where(result => result.Verdict == Verdict.NotApplicable).Select(result => result.Phase.Name));
    }

    [Theory]
    [InlineData(Flaw.None, "")]
    [InlineData(Flaw.TellsALostAnswerAsFinal, "LostAnswer")]
    [InlineData(Flaw.TakesASlowPageForTheLast, "SlowPages")]
    public async Task Faults_strike_connections_of_which_nothing_is_known_too(Flaw flaw, string phases)
    {
        await using var server = await JarServer.StartAsync(new JarCloud());
        await using var plugin = new PluginInProcess(new PluginManifest { Name = "pantry", Namespace = "Pantry", Version = "1.0.0" }, definition =>
        {
            definition.Services.AddSingleton(new Flaws(flaw));
            definition.AddResource<Jar, HttpJarHandler>();
        });
        var options = new ConformanceOptions
        {
            Variable = name => name == "PANTRY" ? server.Address.Replace("http://", "tcp://", StringComparison.Ordinal) : null,
            Phases = [Phase.Find("LostAnswer")!, Phase.Find("SlowPages")!],
        };
        var report = await ConformanceKit.RunAsync(plugin, File with { Target = Requests.Json($$"""{"Endpoint":"http://${PROXY_HOST}:${PROXY_PORT}{{new Uri(server.Address).AbsolutePath}}"}""") }, options, TestContext.Current.CancellationToken);

        Assert.True(phases == string.Join(' ', report.Failures.Select(result => result.Phase.Name)), report.ToString());
        Assert.DoesNotContain(report.Results, result => result.Verdict == Verdict.NotApplicable);
    }

    [Fact]
    public async Task A_proxy_that_nothing_goes_through_proves_nothing()
    {
        await using var server = await JarServer.StartAsync(new JarCloud());
        await using var plugin = new PluginInProcess(new PluginManifest { Name = "pantry", Namespace = "Pantry", Version = "1.0.0" }, definition =>
        {
            definition.Services.AddSingleton(new Flaws(Flaw.None));
            definition.AddResource<Jar, HttpJarHandler>();
        });
        var options = new ConformanceOptions { Variable = _ => server.Address, Phases = [Phase.Find("throttling")!, Phase.Find("LostAnswer")!, Phase.Find("SlowPages")!] };
        var report = await ConformanceKit.RunAsync(plugin, File with { Target = Requests.Json("""{"Endpoint":"${PANTRY}"}""") }, options, TestContext.Current.CancellationToken);

        Assert.All(report.Results, result => Assert.Equal((Verdict.NotApplicable, "nothing of it goes through a proxy of the file"), (result.Verdict, result.Reason)));
    }

    [Fact]
    public async Task A_variable_that_a_proxy_of_this_kind_does_not_make_is_a_mistake_in_the_file()
    {
        await using var server = await JarServer.StartAsync(new JarCloud());
        await using var plugin = new PluginInProcess(new PluginManifest { Name = "pantry", Namespace = "Pantry", Version = "1.0.0" }, definition =>
        {
            definition.Services.AddSingleton(new Flaws(Flaw.None));
            definition.AddResource<Jar, HttpJarHandler>();
        });
        var file = File with
        {
            Target = Requests.Json("""{"Endpoint":"${PROXY_HOST}"}"""),
            Variables = [.. File.Variables, new VariableUse("PROXY_HOST", new Model.Diagnostic { Code = Model.DiagnosticCodes.MissingParameter, Summary = "The variable PROXY_HOST has no value." })],
        };

        var wrong = await Assert.ThrowsAsync<ConformanceFileException>(() => ConformanceKit.RunAsync(plugin, file, new ConformanceOptions { Variable = name => name == "PANTRY" ? server.Address : null }, TestContext.Current.CancellationToken));

        Assert.Contains("PROXY_HOST", wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_proxy_before_what_is_no_server_is_a_mistake_in_the_file()
    {
        await using var plugin = new PluginInProcess(new PluginManifest { Name = "pantry", Namespace = "Pantry", Version = "1.0.0" }, definition =>
        {
            definition.Services.AddSingleton(new Flaws(Flaw.None));
            definition.AddResource<Jar, HttpJarHandler>();
        });
        var wrong = await Assert.ThrowsAsync<ConformanceFileException>(() => ConformanceKit.RunAsync(plugin, File, new ConformanceOptions { Variable = _ => "localhost" }, TestContext.Current.CancellationToken));
        Assert.Contains("'localhost'", wrong.Message, StringComparison.Ordinal);
    }
}
