using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Formae.Coordination.Bus;
using Formae.Coordination.Catalog;
using Formae.Coordination.Observability;
using Formae.Coordination.Queries;
using Formae.Coordination.Tests.Cluster;
using Formae.Model;
using Formae.Plugins.FakeAws;
using Formae.Protocol.Bus;
using Formae.Servers;
using Formae.Telemetry;
using Microsoft.Extensions.Logging.Abstractions;

namespace Formae.Coordination.Tests.Observability;

public sealed class MeasureTests
{
    private const string Document = """
        {"Stacks":[{"Label":"web"}],"Targets":[{"Label":"aws","Namespace":"FakeAWS","Config":{}}],"Resources":[
        {"Label":"net","Type":"FakeAWS::EC2::VPC","Stack":"web","Target":"aws","Properties":{"CidrBlock":"10.0.0.0/16"}},
        {"Label":"files","Type":"FakeAWS::S3::Bucket","Stack":"web","Target":"aws","Properties":{"BucketName":"measured-label"}}]}
        """;

    [Fact]
    public async Task F213_the_gauges_are_there_and_say_what_the_stats_say()
    {
        await using var plane = await ControlPlane.StartAsync();
        ControlPlane.Succeeded(await plane.RunAsync(Document));
        using var gauges = new Gauges(plane.Get<StatsQuery>(), plane.Get<PluginCatalog>(), plane.Get<RequestQueues>(), TimeProvider.System, TimeSpan.FromMinutes(1), NullLogger<Gauges>.Instance);
        using var seen = new Seen(gauges.Meter);
        Assert.Empty(seen.Look());

        // A request is taken from its queue when its report has been sent: the command may be over before.
        await ControlPlane.UntilAsync("the queues are empty", () => Task.FromResult(plane.CountsOf(ControlPlane.RequestQueue).Active == 0));
        await gauges.CountAsync(CancellationToken.None);
        var measured = seen.Look();
        var stats = await plane.Get<StatsQuery>().StatsAsync(CancellationToken.None);

        Assert.Equal(0, measured["formae.queue.depth formae-requests-fakeaws"]);
        Assert.Equal(stats.Clients, measured["formae.clients.connected"]);
        Assert.Equal(stats.Stacks, measured["formae.stacks.total"]);
        AssertSame("formae.commands.total", stats.Commands);
        AssertSame("formae.commands.by_state", stats.States);
        AssertSame("formae.resources.managed", stats.Resources);
        AssertSame("formae.resources.unmanaged", stats.UnmanagedResources);
        AssertSame("formae.resources.by_type", stats.ResourceTypes);
        AssertSame("formae.targets.total", stats.Targets);
        AssertSame("formae.messages.dead", stats.DeadLetters!);
        Assert.Equal(2, measured["formae.resources.managed FakeAWS"]);
        Assert.Equal(1, measured["formae.commands.by_state Success"]);

        void AssertSame(string name, IReadOnlyDictionary<string, int> numbers) =>
            Assert.Equal(
                numbers.ToDictionary(one => $"{name} {one.Key}", one => (double)one.Value).OrderBy(one => one.Key, StringComparer.Ordinal),
                measured.Where(one => one.Key.StartsWith(name + " ", StringComparison.Ordinal)).OrderBy(one => one.Key, StringComparer.Ordinal));
    }

    [Fact]
    public async Task What_a_command_does_is_counted_without_labels_or_ids()
    {
        using var seen = new Seen(Measures.Meter);
        await using var plane = await ControlPlane.StartAsync();
        ControlPlane.Succeeded(await plane.RunAsync(Document));

        // Other tests of this process are counted too: at least what this one did must be there. What ends the command is measured when it is over.
        await ControlPlane.UntilAsync("the last report is measured", () => Task.FromResult(seen.Look().ContainsKey("formae.entity.operations resource Report")));
        var measured = seen.Look();
        Assert.InRange(measured["formae.operations create FakeAWS Success"], 2, double.MaxValue);
        Assert.InRange(measured["formae.plugin.call.duration create FakeAWS::S3::Bucket Success"], 0, double.MaxValue);
        Assert.Contains(measured.Keys, key => key.StartsWith("formae.operation.duration create FakeAWS", StringComparison.Ordinal));
        Assert.Contains(measured.Keys, key => key.StartsWith("formae.store.duration create", StringComparison.Ordinal));
        Assert.Superset(
            new HashSet<string>(["formae.intake.duration read apply", "formae.intake.duration plan apply", "formae.intake.duration store apply", "formae.command.duration apply Success", "formae.orchestration.steps open", "formae.orchestration.steps close", "formae.entity.operations resource Begin", "formae.entity.operations resource Report", "messaging.client.sent.messages servicebus formae-requests-fakeaws"]),
            measured.Keys.ToHashSet());
        Assert.DoesNotContain(measured.Keys, key => key.Contains("measured-label", StringComparison.Ordinal) || key.Contains("files", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Retries_and_throttling_are_counted_by_namespace()
    {
        using var seen = new Seen(Measures.Meter);
        await using var plane = await ControlPlane.StartAsync(("Formae:Operations:RetryDelaySeconds", "0.01"));
        plane.Cloud.Inject(new Injection { Operation = OperationVerb.Create, ResourceType = "FakeAWS::S3::Bucket", Code = ProblemCodes.Throttling });
        ControlPlane.Succeeded(await plane.RunAsync(Document));

        var measured = seen.Look();
        Assert.InRange(measured["formae.operation.throttles create FakeAWS"], 1, double.MaxValue);
        Assert.InRange(measured["formae.operation.retries create FakeAWS Throttling"], 1, double.MaxValue);
    }

    [Fact]
    public void The_documentation_has_every_instrument()
    {
        using var gauges = new Gauges(null!, null!, null!, TimeProvider.System, TimeSpan.FromMinutes(1), NullLogger<Gauges>.Instance);
        MessageMeasures.Sent("");
        CommandMeasures.BeginStep();
        OperationMeasures.Activity("");
        var names = new ConcurrentDictionary<string, bool>(StringComparer.Ordinal);
        using var listener = new MeterListener { InstrumentPublished = (instrument, _) => NameOf(instrument) };
        listener.Start();
        var document = File.ReadAllText(Path.Combine(Repository.Root, "docs", "observability.md"));
        Assert.True(names.Count > 15, string.Join(", ", names.Keys));
        Assert.All(names.Keys, name => Assert.Contains(name, document, StringComparison.Ordinal));

        void NameOf(Instrument instrument)
        {
            if (instrument.Meter.Name == Measures.MeterName)
                names[$"`{instrument.Name}`"] = true;
        }
    }

    /// <summary>Everything measured, by the name and the values of the attributes.</summary>
    private sealed class Seen : IDisposable
    {
        private readonly ConcurrentDictionary<string, double> _values = new(StringComparer.Ordinal);
        private readonly MeterListener _listener = new();

        public Seen(Meter meter)
        {
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter == meter)
                    listener.EnableMeasurementEvents(instrument);
            };
            _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
            _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Add(instrument, value, tags));
            _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
            _listener.Start();
        }

        public IReadOnlyDictionary<string, double> Look()
        {
            _listener.RecordObservableInstruments();
            return new Dictionary<string, double>(_values, StringComparer.Ordinal);
        }

        public void Dispose() => _listener.Dispose();

        private void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            var key = instrument.Name;
            foreach (var (_, tag) in tags)
                key += $" {tag}";
            _values.AddOrUpdate(key, value, (_, before) => instrument is Counter<long> ? before + value : value);
        }
    }
}
