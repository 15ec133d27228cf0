using Formae.Model;
using Formae.Protocol.Bus;

namespace Formae.Coordination.Operations;

/// <summary>
/// A create that found its object there already. The plugin sees that the object is as this create would have made it; only the inventory knows whether somebody
/// else has it.
/// </summary>
public sealed partial class OperationExecution
{
    /// <summary>The report; a refusal instead, where the object that was found is another resource's.</summary>
    public async Task<OperationReport> JudgeAsync(OperationReport report, CancellationToken cancellation)
    {
        if (report is not { WasThere: true, Status: OperationStatus.Success, NativeId: { } nativeId } || !OperationName.TryParse(report.OperationId, out var name))
            return report;
        if (await updates.FindAsync(name.CommandId, name.Place, cancellation) is not { } update)
            return report;
        var resource = update.Plan.Resource;
        if (await resources.FindByNativeIdAsync(resource.Type, resource.Target, nativeId, cancellation) is not { Managed: true } owner || owner.Ksuid == resource.Ksuid)
            return report;
        return report with
        {
            Status = OperationStatus.Failure,
            Problem = new Problem { Code = ProblemCodes.AlreadyExists, Message = $"'{nativeId}' exists already: it is '{owner.Label}' of the stack '{owner.Stack}'." },
            Properties = null,
            WasThere = false,
        };
    }

    /// <summary>What was discovered in between under an identity of its own is the very object that is stored now.</summary>
    private async Task ForgetDiscoveredAsync(OperationReport report, Resource resource, string commandId, CancellationToken cancellation)
    {
        if (report.WasThere && resource.NativeId is { } nativeId
            && await resources.FindByNativeIdAsync(resource.Type, resource.Target, nativeId, cancellation) is { Managed: false } discovered && discovered.Ksuid != resource.Ksuid)
            await resources.RemoveAsync(discovered, commandId, cancellation);
    }
}
