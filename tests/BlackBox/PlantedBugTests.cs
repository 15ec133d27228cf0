using System.Text;
using System.Text.Json;
using Azure;
using Azure.Messaging.ServiceBus;
using Formae.BlackBox.Tests.Running;
using Formae.BlackBox.Tests.Scripts;
using Formae.BlackBox.Tests.Systems;
using Formae.Coordination.Tests.Cluster;
using Formae.Embedded.Tables;
using Formae.Plugins.FakeAws;
using Formae.Protocol.Bus;

namespace Formae.BlackBox.Tests;

/// <summary>The checks can fail: a system with a bug in it is found out, and the script that shows it becomes short.</summary>
public sealed class PlantedBugTests
{
    // What is broken here stays broken.
    private static readonly TimeSpan Settling = TimeSpan.FromMilliseconds(300);

    [Fact]
    public async Task A_lost_row_of_the_inventory_is_found()
    {
        var failure = await FoundAsync(async () => await InProcess.StartAsync(seams => new Seams { Bus = seams.Bus, Tables = inner => new LosesRows(inner) }, settling: Settling));

        Assert.Contains(failure.Kind, (string[])[Rules.ModelHolds, Rules.NoOrphan]);
        Assert.Contains("-leaf", failure.What, StringComparison.Ordinal);
        IsShort(failure, steps: 1, resources: 6);
    }

    [Fact]
    public async Task A_swallowed_report_is_found()
    {
        var failure = await FoundAsync(async () => await InProcess.StartAsync(weather: new Weather { Swallows = SwallowReportOfLeaf }, patience: TimeSpan.FromSeconds(5)), candidates: 0);

        Assert.Equal(Rules.CommandEnds, failure.Kind);
        Assert.Contains("-leaf", failure.What, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_plugin_that_makes_two_objects_is_found()
    {
        var failure = await FoundAsync(StartWithTwinsAsync);

        Assert.Contains(failure.Kind, (string[])[Rules.NoOrphan, Rules.CloudHolds]);
        Assert.Contains("twin", failure.What, StringComparison.Ordinal);
        IsShort(failure, steps: 1, resources: 6);
    }

    [Fact]
    public async Task A_late_success_that_is_dropped_is_found()
    {
        var content = new Content("red", null, null, null, null);
        var order = new Step.Apply(0, Reconciles: true, Forces: true, [new Draft("a1", content), new Draft("a1-left", content)]);
        var script = new Script(nameof(Profile.FullChaos), 1, [new Step.ApplyTwice(order, IsToldBefore: false)], HasWeather: false);
        await using var session = new Session(async () => await InProcess.StartAsync(settling: Settling, forgetsLate: true));

        var failure = await session.RunAsync(script);

        Assert.NotNull(failure);
        Assert.Contains(failure.Kind, (string[])[Rules.NoOrphan, Rules.CloudHolds]);
        Assert.Contains("a1", failure.What, StringComparison.Ordinal);
        IsShort(await new Shrinker(session, chances: 1, TimeSpan.FromMinutes(2)).ShrinkAsync(failure), steps: 1, resources: 1);
    }

    [Fact]
    public async Task The_same_seed_draws_the_same_script_and_another_one_another()
    {
        await Task.CompletedTask;
        foreach (var profile in Profile.All)
        {
            Assert.Equal(ScriptGenerator.Draw(profile, 7).ToString(), ScriptGenerator.Draw(profile, 7).ToString());
            Assert.NotEqual(ScriptGenerator.Draw(profile, 7).ToString(), ScriptGenerator.Draw(profile, 8).ToString());
        }
    }

    private static async Task<Failure> FoundAsync(Func<Task<ISystem>> start, int candidates = 40)
    {
        await using var session = new Session(start);
        for (var seed = 1; seed <= 20; seed++)
        {
            if (await session.RunAsync(ScriptGenerator.Draw(Profile.SequentialHappyPath, seed)) is not { } failure)
                continue;
            var smallest = await new Shrinker(session, chances: 1, TimeSpan.FromMinutes(2), candidates).ShrinkAsync(failure);
            TestContext.Current.SendDiagnosticMessage(smallest.ToString());
            return smallest;
        }

        throw new InvalidOperationException("The bug was not found.");
    }

    private static void IsShort(Failure failure, int steps, int resources)
    {
        Assert.True(failure.Script.Steps.Count <= steps, failure.ToString());
        Assert.True(failure.Script.Steps.Sum(step => (step as Step.Apply ?? (step as Step.ApplyTwice)?.Order)?.Resources.Count ?? 0) <= resources, failure.ToString());
    }

    private static bool SwallowReportOfLeaf(string queue, ServiceBusReceivedMessage message)
    {
        if (queue != BusContract.ReportQueue)
            return false;
        var text = Encoding.UTF8.GetString(message.Body.ToArray());
        return text.Contains("\"Create\"", StringComparison.Ordinal) && text.Contains("fake-grandchild", StringComparison.Ordinal);
    }

    /// <summary>Whoever asks for a child gets two, of which only one is told.</summary>
    private static async Task<ISystem> StartWithTwinsAsync()
    {
        InProcess? system = null;
        var weather = new Weather
        {
            Swallows = (queue, message) =>
            {
                var text = queue == BusContract.ReportQueue ? "" : Encoding.UTF8.GetString(message.Body.ToArray());
                if (text.Contains("\"Create\"", StringComparison.Ordinal) && text.Contains("Generic::ChildResource", StringComparison.Ordinal))
                {
                    var request = JsonSerializer.Deserialize(text, BusJson.Default.OperationRequest)!;
                    var twin = new CloudItem { Type = request.ResourceType, NativeId = $"twin-{request.Ksuid}", Name = request.Properties!.Value.GetProperty("Name").GetString(), Properties = request.Properties.Value };
                    system!.PutInCloudAsync(twin);
                }

                return false;
            },
        };
        return system = await InProcess.StartAsync(weather: weather, settling: Settling);
    }

    /// <summary>Tables that say they have written the row of a leaf and have not.</summary>
    private sealed class LosesRows(ITableTransport inner) : DelegatingTransport(inner)
    {
        public override Task<Response> WriteAsync(string table, TableWrite write, CancellationToken cancellationToken) =>
            base.WriteAsync(table == "FormaeResources" && write.RowKey.Contains("-leaf", StringComparison.Ordinal) ? "FormaeUpkeep" : table, write, cancellationToken);

        protected override Task<T> AroundAsync<T>(string table, bool isWrite, Func<Task<T>> request) => request();
    }
}
