using Formae.Coordination.Commands;
using Formae.Coordination.Intake;
using Formae.Coordination.Queries;
using Formae.Coordination.Storage;
using Formae.Coordination.Tests.Cluster;
using Formae.Model;
using Formae.Protocol.Bus;
using Formae.Protocol.Http;

namespace Formae.Coordination.Tests.Acceptance;

/// <summary>Commands that are held in the middle of their work, and what becomes of them.</summary>
internal static class CanceledCommands
{
    /// <summary>A bucket beside a network with a machine in it, which waits for the network.</summary>
    public static string Document(string stack) => $$"""
        Stacks: [{ Label: {{stack}} }]
        Targets: [{ Label: on-{{stack}}, Namespace: FakeAWS, Config: { Region: eu-1 } }]
        Resources:
          - { Label: vpc, Type: "FakeAWS::EC2::VPC", Stack: {{stack}}, Target: on-{{stack}}, Properties: { CidrBlock: 10.0.0.0/16 } }
          - { Label: logs, Type: "FakeAWS::S3::Bucket", Stack: {{stack}}, Target: on-{{stack}}, Properties: { BucketName: {{stack}}-logs } }
          - { Label: web-1, Type: "FakeAWS::EC2::Instance", Stack: {{stack}}, Target: on-{{stack}}, Properties: { ImageId: ami-1, VpcId: { $res: true, $label: vpc, $type: "FakeAWS::EC2::VPC", $stack: {{stack}}, $property: VpcId } } }
        """;

    /// <summary>Submits, and waits until the plugin has been asked as often as this since.</summary>
    public static async Task<string> HoldAsync(this ControlPlane plane, string document, int calls)
    {
        var before = plane.Calls.Count;
        var accepted = Assert.IsType<IntakeOutcome.Accepted>(await plane.SubmitAsync(document));
        await ControlPlane.UntilAsync($"{calls} calls came in", () => Task.FromResult(plane.Calls.Count >= before + calls));
        return accepted.Response.CommandId;
    }

    public static async Task<Command> ShowAsync(this ControlPlane plane, string commandId) =>
        (await plane.Get<CommandQueries>().FindAsync(commandId, TestContext.Current.CancellationToken))!;

    public static CancelCommandResponse Accepted(this CancelOutcome outcome) =>
        outcome is CancelOutcome.Refused refused ? throw new Xunit.Sdk.XunitException($"{refused.Error.Error}: {refused.Error.Message}") : ((CancelOutcome.Accepted)outcome).Response;

    public static ErrorResponse Refused(this CancelOutcome outcome) => Assert.IsType<CancelOutcome.Refused>(outcome).Error;

    public static ResourceUpdate Update(this Command command, string label) => command.ResourceUpdates!.Single(update => update.ResourceLabel == label);

    public static string States(this Command command) => string.Join(" ", command.ResourceUpdates!.OrderBy(update => update.ResourceLabel, StringComparer.Ordinal).Select(update => $"{update.ResourceLabel}:{update.State}"));

    /// <summary>Labels of the resources in a stack, in their order.</summary>
    public static async Task<string> LabelsAsync(this ControlPlane plane, string stack) =>
        string.Join(" ", (await plane.InventoryAsync()).Where(resource => resource.Stack == stack).Select(resource => resource.Label).Order(StringComparer.Ordinal));

    public static int CreatesOf(this ControlPlane plane, string type) => plane.Calls.Count(call => call.ResourceType == type && call.Operation == OperationVerb.Create);

    /// <summary>A command that is stored as the intake leaves it, before anybody has started it.</summary>
    public static async Task<string> StoreAsync(this ControlPlane plane, Func<CommandRecord, CommandRecord>? change = null)
    {
        var id = plane.Get<KsuidSource>().Next();
        var resource = new Resource { Ksuid = plane.Get<KsuidSource>().Next(), Type = "FakeAWS::S3::Bucket", Label = "never", Stack = "never", Target = "eu" };
        await plane.Get<UpdateStore>().AddAsync(
            [new UpdateRecord { CommandId = id, Row = UpdateRecord.RowOf(0, 0), Plan = new Engine.Planning.ResourceUpdate { Node = "n", Operation = Engine.Planning.ResourceOperation.Create, Resource = resource } }],
            CancellationToken.None);
        var now = DateTimeOffset.UtcNow;
        var record = new CommandRecord { CommandId = id, Kind = "apply", Mode = "patch", State = Protocol.Http.States.NotStarted, ClientId = "test", StartedAt = now, ModifiedAt = now, Groups = 1, UpdateCount = 1 };
        await plane.Get<CommandStore>().AddAsync(change is null ? record : change(record), CancellationToken.None);
        return id;
    }
}
