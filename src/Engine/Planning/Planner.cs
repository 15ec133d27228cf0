using Formae.Model;

namespace Formae.Engine.Planning;

/// <summary>Decides what a command does. Pure: the same request gives the same plan. Takes time linear in the document and the inventory.</summary>
public static class Planner
{
    /// <summary>What to read before <see cref="Plan"/>. Nothing of the document is checked here.</summary>
    public static InventoryNeeds Needs(CommandKind kind, Forma forma) => kind == CommandKind.Apply ? Inventories.OfApply(forma) : Inventories.OfDestroy(forma);

    public static PlanOutcome Plan(PlanRequest request) =>
        request.Kind == CommandKind.Apply ? new ApplyPlanning(request, new Catalog(request)).Run() : new DestroyPlanning(request).Run();
}
