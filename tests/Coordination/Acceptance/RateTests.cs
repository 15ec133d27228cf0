using System.Collections.Concurrent;
using System.Text;
using Azure.Messaging.ServiceBus;
using Formae.Coordination.Intake;
using Formae.Coordination.Queries;
using Formae.Coordination.Tests.Cluster;
using Formae.Plugins.FakeAws;
using Formae.Protocol.Bus;
using Formae.Protocol.Http;

namespace Formae.Coordination.Tests.Acceptance;

/// <summary>How fast operations start: by the times that their messages carry, so nobody has to wait for long.</summary>
public sealed class RateTests : IAsyncDisposable
{
    /// <summary>When each request was to start; those that were late for it have no time of their own.</summary>
    private readonly ConcurrentQueue<(DateTimeOffset At, bool IsLate)> _starts = [];
    private ControlPlane _plane = null!;

    public async ValueTask DisposeAsync()
    {
        if (_plane is not null)
            await _plane.DisposeAsync();
    }

    [Fact]
    public async Task F093_what_is_ready_at_once_starts_no_faster_than_the_limit_says()
    {
        await StartAsync(("Formae:Plugins:FakeAws:MaxRequestsPerSecond", "20"));

        ControlPlane.Succeeded(await _plane.RunAsync(Buckets("s", 45)));

        InTime(45, perSecond: 20);
    }

    [Fact]
    public async Task F093_commands_and_a_synchronisation_share_the_limit()
    {
        await StartAsync(("Formae:Plugins:FakeAws:MaxRequestsPerSecond", "40"));
        ControlPlane.Succeeded(await _plane.RunAsync(Buckets("there", 10)));

        var commands = new[] { "left", "right" }.Select(stack => _plane.RunAsync(Buckets(stack, 20)));
        await Task.WhenAll([.. commands, _plane.SynchronizeAsync()]);

        InTime(60, perSecond: 40);
    }

    [Fact]
    public async Task F211_more_than_the_horizon_holds_starts_no_faster_than_the_limit_says_and_ends()
    {
        await StartAsync(("Formae:Plugins:FakeAws:MaxRequestsPerSecond", "60"));

        // A pace at which a thousand would take seventeen seconds; ten seconds ahead are handed out at a time. That no time is left out is NamespaceRateTests' affair.
        ControlPlane.Succeeded(await _plane.RunAsync(Buckets("s", 1000)));

        InTime(1000, perSecond: 60);
    }

    [Fact]
    public async Task A_limit_that_is_changed_holds_for_the_next_starts()
    {
        await StartAsync();
        ControlPlane.Succeeded(await _plane.RunAsync(Buckets("free", 50)));
        _plane.Set("Formae:Plugins:FakeAws:MaxRequestsPerSecond", "20");
        _starts.Clear();

        ControlPlane.Succeeded(await _plane.RunAsync(Buckets("limited", 25)));

        InTime(25, perSecond: 20);
        Assert.Equal((20, "Formae:Plugins:fakeaws:MaxRequestsPerSecond is 20."), await RateAsync());
    }

    [Fact]
    public async Task A_limit_that_a_plugin_announces_anew_holds_for_the_next_starts()
    {
        await StartAsync();
        await _plane.AnnounceAsync(announcement => announcement with { MaxRequestsPerSecond = 30 });

        ControlPlane.Succeeded(await _plane.RunAsync(Buckets("limited", 35)));

        InTime(35, perSecond: 30);
        Assert.Equal((30, null), await RateAsync());
    }

    [Fact]
    public async Task A_throttled_namespace_is_slowed_down_and_says_why()
    {
        await StartAsync(("Formae:Plugins:FakeAws:MaxRequestsPerSecond", "100"), ("Formae:Operations:RetryDelaySeconds", "0.01"));
        _plane.Cloud.Inject(new Injection { Operation = OperationVerb.Create, Code = "Throttling", Message = "Rate exceeded for tenant 7", Count = 3 });

        ControlPlane.Succeeded(await _plane.RunAsync(Buckets("first", 3)));

        var (rate, reason) = await RateAsync();
        Assert.InRange(rate, 50, 60);
        Assert.Contains("Rate exceeded for tenant 7", reason, StringComparison.Ordinal);
        _starts.Clear();
        ControlPlane.Succeeded(await _plane.RunAsync(Buckets("second", 40)));
        InTime(40, perSecond: 60);
    }

    [Fact]
    public async Task A_namespace_without_a_limit_has_one_while_it_is_throttled()
    {
        await StartAsync(("Formae:Operations:RetryDelaySeconds", "0.01"));
        Assert.Equal((0, null), await RateAsync());
        _plane.Cloud.Inject(new Injection { Operation = OperationVerb.Create, Code = "Throttling", RetryAfterMs = 1, Count = 1 });

        ControlPlane.Succeeded(await _plane.RunAsync(Buckets("first", 1)));

        Assert.InRange((await RateAsync()).Rate, 10, 12);
    }

    [Fact]
    public async Task How_a_plugin_is_can_be_seen()
    {
        await StartAsync(("Formae:Operations:MaxRetries", "0"), ("Formae:Operations:RetryDelaySeconds", "0.01"));
        ControlPlane.Succeeded(await _plane.RunAsync(Buckets("first", 3)));
        _plane.Cloud.Inject(new Injection { Operation = OperationVerb.Create, Code = "AccessDenied", Count = 1 });
        await _plane.RunAsync(Buckets("second", 1));
        _plane.Cloud.CloseGate();
        var waiting = Assert.IsType<IntakeOutcome.Accepted>(await _plane.SubmitAsync(Buckets("third", 2)));
        await ControlPlane.UntilAsync("requests wait", async () => (await PluginAsync()).QueueDepth == 2);

        var plugin = await PluginAsync();

        Assert.Equal(("active", "AccessDenied", 0.25), (plugin.LoadStatus, plugin.LastProblem, plugin.ErrorRate));
        Assert.True(plugin.LastFailure > plugin.LastSuccess);
        Assert.True(plugin.OldestRequest > plugin.LastFailure);
        Assert.NotNull(plugin.LastBeat);
        _plane.Cloud.OpenGate();
        ControlPlane.Succeeded(await _plane.EndOfAsync(waiting.Response.CommandId));
        Assert.Equal(0, (await PluginAsync()).QueueDepth);
    }

    private async Task StartAsync(params (string Name, string Value)[] settings) => _plane = await ControlPlane.StartAsync(new Seams { Bus = NoteAsync }, settings);

    private Task NoteAsync(string queue, ServiceBusReceivedMessage message, Func<bool, Task> take)
    {
        if (queue != BusContract.ReportQueue)
            _starts.Enqueue(message.ScheduledEnqueueTime > DateTimeOffset.UnixEpoch ? (message.ScheduledEnqueueTime, false) : (message.EnqueuedTime, true));
        return take(true);
    }

    /// <summary>So many have started, in no less time than the limit allows, and of those that kept their time (how many do is the machine's affair) within any second no more than it says.</summary>
    private void InTime(int count, int perSecond)
    {
        Assert.Equal(count, _starts.Count);
        var kept = _starts.Where(start => !start.IsLate).Select(start => start.At).Order().ToArray();
        for (var first = 0; first < kept.Length; first++)
            Assert.InRange(kept.Skip(first).TakeWhile(start => start < kept[first].AddSeconds(1)).Count(), 1, perSecond);
        var time = _starts.Max(start => start.At) - _starts.Min(start => start.At);
        Assert.True(time > TimeSpan.FromSeconds(0.9 * (count - perSecond) / perSecond), $"{count} started within {time}.");
    }

    private async Task<Plugin> PluginAsync() => (await _plane.Get<PluginQueries>().FindAsync("fakeaws", _plane.Client, CancellationToken.None))!;

    private async Task<(double Rate, string? Reason)> RateAsync() => await PluginAsync() is var plugin ? (plugin.CurrentRequestsPerSecond!.Value, plugin.RateReason) : default;

    private static string Buckets(string stack, int count)
    {
        var document = new StringBuilder($$"""
            Stacks: [{ Label: {{stack}} }]
            Targets: [{ Label: eu, Namespace: FakeAWS, Config: { Region: eu-1 } }]
            Resources:

            """);
        for (var i = 0; i < count; i++)
            document.AppendLine($$"""  - { Label: b{{i}}, Type: "FakeAWS::S3::Bucket", Stack: {{stack}}, Target: eu, Properties: { BucketName: {{stack}}-{{i}} } }""");
        return document.ToString();
    }
}
