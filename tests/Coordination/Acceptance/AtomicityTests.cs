using System.Text;
using Azure.Data.Tables;
using Formae.Coordination.Commands;
using Formae.Coordination.Intake;
using Formae.Coordination.Queries;
using Formae.Coordination.Storage;
using Formae.Coordination.Tests.Cluster;
using Formae.Engine.Planning;
using Formae.Protocol.Http;
using Formae.Sdk.Testing;

namespace Formae.Coordination.Tests.Acceptance;

/// <summary>
/// An intake that is broken at any of its requests to the tables leaves a command that runs to its end, once, or nothing. In both cases the stack is free again and the
/// same document brings about what it says.
/// </summary>
public sealed class AtomicityTests : IAsyncLifetime
{
    private static readonly TimeSpan LeaseIsOrphan = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan IntakeIsDead = TimeSpan.FromHours(2);

    private readonly CancellationToken _cancellation = TestContext.Current.CancellationToken;
    private BreakingTables _tables = null!;
    private ControlPlane _plane = null!;
    private int _stacks;

    public async ValueTask InitializeAsync() => _plane = await ControlPlane.StartAsync(new Seams { Tables = inner => _tables = _tables is null ? new BreakingTables(inner) : _tables });

    public ValueTask DisposeAsync() => _plane.DisposeAsync();

    [Theory]
    [InlineData(Break.KilledBefore)]
    [InlineData(Break.KilledAfter)]
    [InlineData(Break.FailsBefore)]
    [InlineData(Break.FailsAfter)]
    [InlineData(Break.HungUp)]
    public async Task An_intake_that_breaks_anywhere_leaves_a_whole_command_or_nothing(Break how)
    {
        var at = 0;
        do
        {
            Assert.True(++at < 100, "The intake never ends.");
            await BreakAsync(how, at);
        }
        while (_tables.IsBroken);

        Assert.True(at > 8, $"An intake makes more than {at} requests.");
    }

    [Fact]
    public async Task Neither_a_simulation_nor_a_refusal_leaves_a_lease()
    {
        await _plane.SubmitAsync(Document("looked-at"), simulate: true);
        Assert.Empty(await LeasesAsync());

        foreach (var wrong in (string[])[Document("wrong").Replace("CidrBlock", "CidrBlok", StringComparison.Ordinal), Document("wrong").Replace("Target: eu", "Target: us", StringComparison.Ordinal)])
            Assert.IsType<IntakeOutcome.Refused>(await _plane.SubmitAsync(wrong));
        Assert.IsType<IntakeOutcome.Refused>(await _plane.SubmitAsync(Document("unknown"), mode: ApplyMode.Patch));
        Assert.Empty(await LeasesAsync());

        ControlPlane.Succeeded(await _plane.RunAsync(Document("done")));
        Assert.IsType<IntakeOutcome.Answered>(await _plane.SubmitAsync(Document("done")));
        Assert.Empty(await LeasesAsync());
    }

    private async Task BreakAsync(Break how, int at)
    {
        var stack = $"{how}-{at}".ToLowerInvariant();
        var document = Document(stack);
        var answer = await TryAsync(how, at, document);
        if (how is Break.KilledBefore or Break.KilledAfter && _tables.IsBroken)
        {
            _tables.Revive();
            await _plane.RestartAsync();
        }

        // At once it may be that the stack is still held, and nothing worse.
        if (await _plane.SubmitAsync(document, simulate: true) is IntakeOutcome.Refused refused)
            Assert.Fail($"{stack}: {refused.Error.Message}");
        if (how == Break.HungUp && answer is null && (await CommandsOfAsync(stack)).Count == 0)
            Assert.DoesNotContain(stack, await LeasesAsync());
        _tables.Age(LeaseIsOrphan);
        await _plane.HealAsync();

        var stored = await CommandsOfAsync(stack);
        Assert.True(stored.Count <= 1, $"{stack}: {stored.Count} commands.");
        if (answer is IntakeOutcome.Accepted accepted)
            Assert.Equal(accepted.Response.CommandId, Assert.Single(stored).CommandId);
        foreach (var command in stored)
            ControlPlane.Succeeded(await _plane.EndOfAsync(command.CommandId));

        var again = await _plane.SubmitAsync(document);
        if (stored.Count == 1)
            Assert.False(Assert.IsType<IntakeOutcome.Answered>(again).Response.Simulation.ChangesRequired);
        else
            ControlPlane.Succeeded(await _plane.EndOfAsync(Accepted(stack, again).Response.CommandId));

        Assert.Equal(["logs", "vpc"], (await _plane.InventoryAsync()).Where(resource => resource.Stack == stack).Select(resource => resource.Label).Order());
        var made = await _plane.Plugin.ExecuteAsync(Requests.List("FakeAWS::EC2::VPC", pageSize: 1000) with { TargetConfig = Requests.Json("""{"Region":"eu-1"}""") }, _cancellation);
        Assert.Equal(++_stacks, made.NativeIds!.Count);
        _tables.Age(IntakeIsDead);
        await _plane.HealAsync();
        Assert.Empty(await _plane.Get<CommandStore>().OpenAsync(_cancellation));
        Assert.DoesNotContain(stack, await LeasesAsync());
        await NoUpdateIsWithoutCommandAsync();
    }

    private async Task<IntakeOutcome?> TryAsync(Break how, int at, string document)
    {
        try
        {
            return await _tables.BreakAsync(how, at, caller => _plane.Get<CommandIntake>().SubmitAsync(
                new Submission { Kind = CommandKind.Apply, Mode = ApplyMode.Reconcile, Document = Encoding.UTF8.GetBytes(document), ClientId = "test" }, _plane.Client, caller));
        }
        catch (Exception e) when (e is Azure.RequestFailedException { Status: 503 } or OperationCanceledException)
        {
            return null;
        }
    }

    private static IntakeOutcome.Accepted Accepted(string stack, IntakeOutcome outcome) =>
        outcome as IntakeOutcome.Accepted ?? throw new Xunit.Sdk.XunitException($"{stack}: {(outcome as IntakeOutcome.Refused)?.Error.Message ?? "nothing to do"}");

    private async Task<IReadOnlyList<Command>> CommandsOfAsync(string stack) =>
        [.. (await _plane.Get<CommandQueries>().ListAsync(Query.Everything, "test", 1000, _cancellation)).Where(command => command.StackUpdates?.Any(update => update.StackLabel == stack) == true)];

    private async Task<IReadOnlyList<string>> LeasesAsync() =>
        [.. (await _plane.Get<FormaeTables>().Stacks.ReadAsync(null, _cancellation)).Where(row => row.GetString("LeaseHolder") is { Length: > 0 }).Select(row => row.GetString("Label"))];

    private async Task NoUpdateIsWithoutCommandAsync()
    {
        var owners = (await _plane.Get<FormaeTables>().Updates.ReadAsync(null, _cancellation, ["PartitionKey"])).Select(row => row.PartitionKey).Distinct(StringComparer.Ordinal);
        foreach (var owner in owners)
            Assert.NotNull(await _plane.Get<CommandStore>().FindAsync(owner, _cancellation));
    }

    private static string Document(string stack) => $$"""
        Stacks: [{ Label: {{stack}} }]
        Targets: [{ Label: eu, Namespace: FakeAWS, Config: { Region: eu-1 } }]
        Resources:
          - { Label: vpc, Type: "FakeAWS::EC2::VPC", Stack: {{stack}}, Target: eu, Properties: { CidrBlock: 10.0.0.0/16 } }
          - { Label: logs, Type: "FakeAWS::S3::Bucket", Stack: {{stack}}, Target: eu, Properties: { BucketName: {{stack}}-logs } }
        """;
}
