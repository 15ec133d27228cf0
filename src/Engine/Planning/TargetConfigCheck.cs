using System.Text.Json;
using Formae.Model;

namespace Formae.Engine.Planning;

/// <summary>
/// Holds the configs that a document declares against what the plugin announces of them, so that one that no call could work with is never stored. Targets that are stored already and that the
/// document does not declare are nobody's business here.
/// </summary>
internal sealed class TargetConfigCheck(PlanRequest request, Catalog catalog, List<Diagnostic> diagnostics)
{
    private readonly Dictionary<string, Target> _stored = request.Inventory.Targets.GroupBy(target => target.Label, StringComparer.Ordinal).ToDictionary(group => group.Key, group => group.First(), StringComparer.Ordinal);

    public void Check(Target target, PropertyPath place)
    {
        if (catalog.ConfigOf(target.Namespace) is not { } schema)
            return;
        var config = target.Config is { ValueKind: not JsonValueKind.Null } declared ? declared : JsonText.EmptyObject;
        if (config.ValueKind != JsonValueKind.Object || Envelope.IsEnvelope(config))
            return;
        var hints = HintTree.Of(schema);
        var found = new List<Diagnostic>();
        new PropertyCheck($"the config of {target.Namespace} targets", found).Check(config, hints, place);
        diagnostics.AddRange(found.Select(one => one.Code == DiagnosticCodes.UnknownProperty && StoredHas(target, name => PropertyPath.Of(place, name).ToString() == one.Path) ? Spared(one) : one));
        foreach (var field in PropertyCheck.MissingOnCreate(config, hints))
        {
            var missing = new Diagnostic { Code = DiagnosticCodes.RequiredFieldMissing, Summary = $"The config of the target '{target.Label}' needs '{field}'.", Path = place.ToString() };
            diagnostics.Add(_stored.ContainsKey(target.Label) && !StoredHas(target, name => name == field) ? Spared(missing) : missing);
        }
    }

    private bool StoredHas(Target target, Predicate<string> isIt) =>
        _stored.GetValueOrDefault(target.Label)?.Config is { ValueKind: JsonValueKind.Object } config && config.EnumerateObject().Any(member => isIt(member.Name));

    // To put it right is another config, and that can mean to make everything on the target anew: whoever has lived with it is told, and may go on.
    private static Diagnostic Spared(Diagnostic found) => found with { Severity = Severity.Warning, Detail = $"It is so in the stored target too. {found.Detail}".TrimEnd() };
}
