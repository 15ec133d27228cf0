using Formae.Coordination.Intake;
using Formae.Coordination.Storage;
using Formae.Coordination.Tests.Cluster;
using Formae.Engine.Planning;
using Formae.Protocol.Bus;
using Formae.Protocol.Http;

namespace Formae.Coordination.Tests.Acceptance;

/// <summary>The order in which things are stored makes a crash between any two of them harmless.</summary>
public sealed class ResumeTests
{
    private const string Stack = "resumed";

    private readonly CancellationToken _cancellation = TestContext.Current.CancellationToken;

    /// <summary>After the row of a resource, its version or its entry in the log; after the beginning of its update.</summary>
    public static TheoryData<string, int> BetweenRowAndState => new()
    {
        { "FormaeVersions", 1 },
        { "FormaeChanges", 1 },
        { "FormaeResources", 1 },
        { "FormaeUpdates", 2 },
        { "FormaeUpdates", 3 },
    };

    [Theory]
    [MemberData(nameof(BetweenRowAndState))]
    public async Task F110_a_crash_between_the_row_and_the_state_of_a_create_leaves_one_row_and_one_version(string table, int write)
    {
        var point = new CrashPoint(table, write);
        await using var plane = await ControlPlane.StartAsync(new Seams { Tables = point.Stand });
        var command = await SubmitAsync(plane, "one");

        await CrashAsync(plane, point);

        ControlPlane.Succeeded(await plane.EndOfAsync(command));
        await WrittenOnceAsync(plane, ["create"]);
        Assert.Single(plane.Calls, call => call.Operation == OperationVerb.Create);
    }

    [Theory]
    [InlineData("update")]
    [InlineData("delete")]
    public async Task F110_a_crash_between_the_row_and_the_state_of_another_operation_leaves_one_version_of_it(string operation)
    {
        // The first row is that of the create.
        var point = new CrashPoint("FormaeResources", 2);
        await using var plane = await ControlPlane.StartAsync(new Seams { Tables = point.Stand });
        ControlPlane.Succeeded(await plane.RunAsync(Document("one")));
        var ksuid = Assert.Single(await plane.InventoryAsync()).Ksuid!;

        var command = operation == "update" ? await SubmitAsync(plane, "two") : await SubmitAsync(plane, "one", CommandKind.Destroy);
        await CrashAsync(plane, point);

        ControlPlane.Succeeded(await plane.EndOfAsync(command));
        var versions = await plane.Get<VersionStore>().ReadAsync(ksuid, before: null, 10, _cancellation);
        Assert.Equal([operation, "create"], versions.Select(version => version.Operation));
        Assert.Equal([operation, "create"], (await LogAsync(plane)).Select(change => change.Operation));
        Assert.Equal(operation == "update" ? 1 : 0, (await plane.InventoryAsync()).Count);
    }

    [Fact]
    public async Task F109_a_command_whose_updates_have_all_ended_when_it_was_killed_is_finalised_and_lets_go_of_its_stack()
    {
        // Its row is written by its intake, when it opens, and when it is over; its leases are given back after that.
        var point = new CrashPoint("FormaeCommands", 3);
        await using var plane = await ControlPlane.StartAsync(new Seams { Tables = point.Stand });
        var command = await SubmitAsync(plane, "one");

        await CrashAsync(plane, point);

        var ended = await plane.EndOfAsync(command);
        ControlPlane.Succeeded(ended);
        Assert.All(ended.ResourceUpdates!, update => Assert.Equal(States.Success, update.State));
        Assert.Empty(await plane.Get<CommandStore>().OpenAsync(_cancellation));
        Assert.Null(await plane.Get<StackStore>().FindLeaseHolderAsync(Stack, _cancellation));
        await WrittenOnceAsync(plane, ["create"]);
    }

    [Fact]
    public async Task F111_a_crash_in_the_middle_of_a_synchronisation_leaves_no_command_and_no_lease()
    {
        var point = new CrashPoint("FormaeChanges", 2);
        await using var plane = await ControlPlane.StartAsync(new Seams { Tables = point.Stand });
        ControlPlane.Succeeded(await plane.RunAsync(Document("one")));
        var resource = Assert.Single(await plane.InventoryAsync());
        Outside.Change(plane, resource.NativeId, "one", "outside");
        var started = await plane.StartSynchronizationAsync();

        await CrashAsync(plane, point);
        Assert.Equal((started.CommandId, States.Success), (await plane.EndOfSynchronizationAsync()) is var ended ? (ended.CommandId, ended.State) : default);

        Assert.Empty(await plane.Get<CommandStore>().OpenAsync(_cancellation));
        Assert.Null(await plane.Get<StackStore>().FindLeaseHolderAsync(Stack, _cancellation));
        Assert.Equal(["update", "create"], (await plane.Get<VersionStore>().ReadAsync(resource.Ksuid!, before: null, 10, _cancellation)).Select(version => version.Operation));
        Assert.Equal(0, (await plane.SynchronizeAsync()).Changed);
        ControlPlane.Succeeded(await plane.RunAsync(Document("two"), force: true));
    }

    private static async Task CrashAsync(ControlPlane plane, CrashPoint point)
    {
        await point.Reached.WaitAsync(TimeSpan.FromSeconds(60));
        await plane.CrashAsync(point.CutOff);
    }

    private async Task WrittenOnceAsync(ControlPlane plane, string[] operations)
    {
        var resource = Assert.Single(await plane.InventoryAsync());
        var versions = await plane.Get<VersionStore>().ReadAsync(resource.Ksuid!, before: null, 10, _cancellation);
        Assert.Equal(operations, versions.Select(version => version.Operation));
        Assert.Equal(resource.Version, versions[0].Resource.Version);
        Assert.Equal(operations, (await LogAsync(plane)).Select(change => change.Operation));
    }

    private async Task<List<Change>> LogAsync(ControlPlane plane)
    {
        var log = new List<Change>();
        await foreach (var change in plane.Get<ChangeLog>().ReadAsync(Stack, _cancellation))
            log.Add(change);
        return log;
    }

    private static async Task<string> SubmitAsync(ControlPlane plane, string value, CommandKind kind = CommandKind.Apply) =>
        Assert.IsType<IntakeOutcome.Accepted>(await plane.SubmitAsync(Document(value), kind)).Response.CommandId;

    private static string Document(string value) => $$"""
        Stacks: [{ Label: {{Stack}} }]
        Targets: [{ Label: eu, Namespace: FakeAWS, Config: { Region: eu-1 } }]
        Resources:
          - { Label: r, Type: "FakeAWS::Generic::Resource", Stack: {{Stack}}, Target: eu, Properties: { Name: r, Value: {{value}} } }
        """;
}
