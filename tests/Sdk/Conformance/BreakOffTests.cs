using Formae.Model;
using Formae.Protocol.Bus;
using Formae.Protocol.Samples;
using Formae.Protocol.Secrets;
using Formae.Sdk.Conformance;
using Formae.Sdk.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Formae.Sdk.Tests.Conformance;

/// <summary>A run that ends before everything was tried leaves nothing behind, or says what.</summary>
public sealed class BreakOffTests
{
    private static readonly ConformanceFile File = new()
    {
        Samples =
        [
            new ConformanceSample { Name = "shelf", Type = "Pantry::Shelf::Jar", Properties = Requests.Json("""{"Name":"s-${UNIQUE}"}""") },
            new ConformanceSample
            {
                Name = "jar",
                Type = "Pantry::Shelf::Jar",
                Requires = ["shelf"],
                Properties = Requests.Json("""{"Name":"j-${UNIQUE}","Content":"plums"}"""),
                Changed = Requests.Json("""{"Name":"j-${UNIQUE}","Content":"pears"}"""),
            },
        ],
    };

    private static readonly ConformanceOptions Options = new() { Samples = ["jar"], Phases = [Phase.Find("Create")!, Phase.Find("Update")!, Phase.Find("Crash")!, Phase.Find("TwoInstances")!] };

    private readonly JarCloud _cloud = new();

    [Fact]
    public async Task What_was_made_is_removed_when_the_run_is_cancelled()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        await using var plugin = new Interrupted(Start()) { Before = request => Stop(request.Verb == OperationVerb.Update, stop) };

        var report = await ConformanceKit.RunAsync(plugin, File, Options, stop.Token);

        Assert.Equal((true, false), (report.IsBrokenOff, report.Conforms));
        Assert.Equal([("Create", Verdict.Passed), ("Update", Verdict.Failed)], report.Results.Select(result => (result.Phase.Name, result.Verdict)));
        Assert.Equal("It was broken off.", report.Results[1].Reason);
        Assert.Empty(report.Left);
        Assert.Empty(_cloud.List(null, int.MaxValue));
    }

    [Fact]
    public async Task What_a_create_has_made_that_nobody_heard_of_is_removed_too()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        await using var plugin = new Interrupted(Start()) { After = request => Stop(request.Verb == OperationVerb.Create && request.Label == "jar", stop) };

        var report = await ConformanceKit.RunAsync(plugin, File, Options, stop.Token);

        Assert.True(report.IsBrokenOff);
        Assert.NotEmpty(_cloud.Gone);
        Assert.Empty(report.Left);
        Assert.Empty(_cloud.List(null, int.MaxValue));
    }

    [Fact]
    public async Task What_cannot_be_removed_is_named()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        await using var plugin = new Interrupted(Start())
        {
            Before = request =>
            {
                Stop(request.Verb == OperationVerb.Update, stop);
                if (request.Verb == OperationVerb.Delete && stop.IsCancellationRequested)
                    throw new TimeoutException("nobody answers");
            },
        };

        var report = await ConformanceKit.RunAsync(plugin, File, Options, stop.Token);

        var there = _cloud.List(null, int.MaxValue);
        Assert.Equal(2, there.Count);
        Assert.All(there, id => Assert.Contains(report.Left, left => left.Contains($"'{id}' (nobody answers)", StringComparison.Ordinal)));
        Assert.All(there, id => Assert.Contains(id, report.ToString(), StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_plugin_that_does_not_come_back_ends_the_run_and_what_it_has_made_is_removed_by_another_instance()
    {
        await using var plugin = new Interrupted(Start()) { IsLostInCrash = true };

        var report = await ConformanceKit.RunAsync(plugin, File, Options, TestContext.Current.CancellationToken);

        Assert.True(report.IsBrokenOff);
        Assert.Equal([("Create", Verdict.Passed), ("Update", Verdict.Passed), ("Crash", Verdict.Failed)], report.Results.Select(result => (result.Phase.Name, result.Verdict)));
        Assert.Equal("it did not serve again", report.Results[2].Reason);
        Assert.Empty(report.Left);
        Assert.Empty(_cloud.List(null, int.MaxValue));
    }

    private static void Stop(bool isNow, CancellationTokenSource stop)
    {
        if (!isNow || stop.IsCancellationRequested)
            return;
        stop.Cancel();
        throw new OperationCanceledException(stop.Token);
    }

    private PluginInProcess Start() => new(new PluginManifest { Name = "pantry", Namespace = "Pantry", Version = "1.0.0" }, plugin =>
    {
        plugin.Services.AddSingleton(_cloud).AddSingleton(new Flaws(Flaw.None));
        plugin.AddResource<Jar, JarHandler>();
    });

    /// <summary>Something happens on the way to the plugin, or on the way back.</summary>
    private sealed class Interrupted(IPluginUnderTest plugin) : IPluginUnderTest
    {
        private bool _isLost;

        public Action<OperationRequest> Before { get; init; } = _ => { };

        public Action<OperationRequest> After { get; init; } = _ => { };

        public bool IsLostInCrash { get; init; }

        public PluginAnnouncement Announcement => plugin.Announcement;

        public SecretSeal Seal => plugin.Seal;

        public IReadOnlyCollection<string> Said => plugin.Said;

        public string? Lacks(Instance instance) => plugin.Lacks(instance);

        public async Task<OperationReport> ServeAsync(OperationRequest request, Instance instance, CancellationToken cancellationToken)
        {
            if (_isLost && instance == Instance.First)
                throw new TimeoutException("It is gone.");
            Before(request);
            var report = await plugin.ServeAsync(request, instance, cancellationToken);
            After(request);
            return report;
        }

        public async Task<OperationReport> ServeThroughCrashAsync(OperationRequest request, TimeSpan usually, CancellationToken cancellationToken)
        {
            if (!IsLostInCrash)
                return await plugin.ServeThroughCrashAsync(request, usually, cancellationToken);
            _ = await plugin.ServeAsync(request, Instance.First, cancellationToken);
            _isLost = true;
            throw new PluginLostException("it did not serve again");
        }

        public ValueTask DisposeAsync() => plugin.DisposeAsync();
    }
}
