using Formae.Coordination.Catalog;
using Formae.Coordination.Storage;
using Formae.Engine.Planning;
using Formae.Model;
using Formae.Protocol.Http;
using Stack = Formae.Model.Stack;

namespace Formae.Coordination.Intake;

/// <summary>Plans a command against what is stored, under leases: nobody changes a touched stack between the plan and the end of the command.</summary>
public sealed class CommandPlanning(CommandStore commands, StackStore stacks, InventoryReader inventory, PluginCatalog catalog, KsuidSource ksuids)
{
    /// <summary>Leases, reads and plans; once more when the plan turns out to touch a stack that is not leased yet (a cascade into it).</summary>
    /// <param name="submission">What is wanted.</param>
    /// <param name="forma">Its document.</param>
    /// <param name="commandId">Who leases.</param>
    /// <param name="leased">Filled with the stacks that were leased, whatever comes of it: the caller gives them back.</param>
    /// <param name="cancellation">Cancels.</param>
    /// <returns>The plan, or the command that holds a stack.</returns>
    public async Task<(PlanOutcome? Outcome, string? Holder)> PlanAsync(Submission submission, Forma forma, string commandId, SortedSet<string> leased, CancellationToken cancellation)
    {
        var needs = Planner.Needs(submission.Kind, forma);
        if (submission is { Kind: CommandKind.Apply, Mode: ApplyMode.Reconcile, Force: false })
            needs = needs with { Drift = needs.Stacks };
        var wanted = needs.Stacks.Where(stack => stack != Stack.Unmanaged).ToHashSet(StringComparer.Ordinal);
        while (true)
        {
            if (!submission.Simulate)
            {
                foreach (var stack in wanted.Except(leased).Order(StringComparer.Ordinal).ToArray())
                {
                    if (await stacks.TakeLeaseAsync(stack, commandId, IsOverAsync, cancellation) is { } holder)
                        return (null, holder);
                    leased.Add(stack);
                }
            }

            var outcome = await DecideAsync(new PlanRequest
            {
                Kind = submission.Kind,
                Mode = submission.Mode,
                Force = submission.Force,
                Simulate = submission.Simulate,
                OnDependents = submission.OnDependents,
                Forma = forma,
                Inventory = await inventory.ReadAsync(needs, cancellation),
                Schemas = catalog.Schemas,
                TargetConfigs = catalog.TargetConfigs,
                Namespaces = catalog.Namespaces,
                NewKsuid = ksuids.Next,
            }, cancellation);
            if (submission.Simulate || outcome is not PlanOutcome.Planned { Plan: var plan })
                return (outcome, null);
            wanted.UnionWith(plan.Resources.SelectMany(update => new[] { update.Resource.Stack, update.OldStack }).OfType<string>().Where(stack => stack != Stack.Unmanaged));
            wanted.UnionWith(plan.Stacks.Select(update => update.Stack.Label));
            wanted.UnionWith(plan.Policies.Select(update => update.Stack).OfType<string>());
            if (wanted.IsSubsetOf(leased))
                return (outcome, null);
        }

        async Task<bool?> IsOverAsync(string holder) => await commands.FindAsync(holder, cancellation) is { } command ? States.IsFinal(command.State) : null;
    }

    /// <summary>Plans; reads more and plans again for as long as what is planned reaches rows that were not read.</summary>
    private async Task<PlanOutcome> DecideAsync(PlanRequest request, CancellationToken cancellation)
    {
        while (true)
        {
            var outcome = Planner.Plan(request);
            if (outcome is not PlanOutcome.NeedsMore needs)
                return outcome;
            request = request with { Inventory = await inventory.ReadMoreAsync(request.Inventory, needs.More, cancellation) };
        }
    }
}
