using Formae.Coordination.Bus;
using Formae.Coordination.Intake;
using Formae.Coordination.Operations;
using Formae.Coordination.Queries;
using Formae.Coordination.Storage;
using Formae.Coordination.Tests.Cluster;
using Formae.Coordinator.Entities;
using Formae.Engine.Operations;
using Formae.Plugins.FakeAws;
using Formae.Protocol.Bus;
using Formae.Protocol.Http;

namespace Formae.Coordination.Tests.Acceptance;

/// <summary>One bucket and what happens to it: for tests of how operations are tried.</summary>
internal static class Trial
{
    /// <summary>How long a call may take.</summary>
    public const string CallTimeout = "Formae:Operations:CallTimeoutSeconds";

    /// <summary>Retries that do not take long: three attempts at most, and then one more. A call may take as long as it does on the slowest machine.</summary>
    public static (string Name, string Value)[] Patient { get; } =
    [
        ("Formae:Operations:MaxRetries", "2"),
        ("Formae:Operations:RetryDelaySeconds", "0.01"),
        ("Formae:Operations:StatusIntervalSeconds", "0.1"),
    ];

    /// <summary>The same, and a call may take a second: for tests that have the clock in their hands.</summary>
    public static (string Name, string Value)[] Quick { get; } = [.. Patient, (CallTimeout, "1")];

    public static string Bucket(string properties = "BucketName: logs", string target = "Region: eu-1") => $$"""
        Stacks: [{ Label: shop }]
        Targets: [{ Label: eu, Namespace: FakeAWS, Config: { {{target}} } }]
        Resources:
          - { Label: logs, Type: "FakeAWS::S3::Bucket", Stack: shop, Target: eu, Properties: { {{properties}} } }
        """;

    /// <summary>The one update of a command that changes one resource.</summary>
    public static ResourceUpdate TheUpdate(this Command command) => Assert.Single(command.ResourceUpdates!);

    public static int CallsOf(this ControlPlane plane, OperationVerb verb) => plane.Calls.Count(call => call.Operation == verb);

    public static async Task<string> BeginAsync(this ControlPlane plane, string document) => Assert.IsType<IntakeOutcome.Accepted>(await plane.SubmitAsync(document)).Response.CommandId;

    /// <summary>The command as the API shows it, as soon as it shows what is waited for.</summary>
    public static async Task<Command> UntilAsync(this ControlPlane plane, string commandId, Predicate<Command> isSo)
    {
        Command? shown = null;
        await UntilAsync(async () => (shown = await plane.Get<CommandQueries>().FindAsync(commandId, CancellationToken.None)) is not null && isSo(shown));
        return shown!;
    }

    public static async Task UntilAsync(Func<Task<bool>> isSo)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!await isSo())
            await Task.Delay(10, patience.Token);
    }

    public static Task UntilAsync(Func<bool> isSo) => UntilAsync(() => Task.FromResult(isSo()));

    /// <summary>Tells a resource's entity something, as the command's walk does.</summary>
    public static async Task SignalAsync(this ControlPlane plane, string commandId, string operation, Func<string, object> inputOfRow)
    {
        var update = Assert.Single(await plane.Get<UpdateStore>().ListAsync(commandId, CancellationToken.None));
        await plane.Client.Entities.SignalEntityAsync(EntityNames.ResourceOf(update.Plan.Resource.Ksuid!), operation, inputOfRow(update.Row));
    }

    /// <summary>Returns when the entity of the one update has heard of the cancel.</summary>
    public static async Task CancelsAsync(this ControlPlane plane, string commandId)
    {
        var entity = EntityNames.ResourceOf(Assert.Single(await plane.Get<UpdateStore>().ListAsync(commandId, CancellationToken.None)).Plan.Resource.Ksuid!);
        await UntilAsync(async () => (await plane.Client.Entities.GetEntityAsync<ResourceEntityState>(entity, CancellationToken.None))?.State.Operation is OperationState.Done);
    }

    /// <summary>The walk's look whether the operation is overdue.</summary>
    public static Task CheckAsync(this ControlPlane plane, string commandId) =>
        plane.SignalAsync(commandId, "Begin", row => new BeginOperation { CommandId = commandId, Row = row, Announce = "nobody" });
}
