using Formae.Model;

namespace Formae.Engine.Planning;

/// <summary>Whether everything is at hand that a create needs, before anything is deleted to make room for it.</summary>
internal static class RecreationCheck
{
    public static PlanOutcome? MissingFields(IEnumerable<(Resource Resource, DeclaredResource? Declared)> created)
    {
        var diagnostics = new List<Diagnostic>();
        (Resource Resource, List<string> Fields)? first = null;
        foreach (var (resource, declared) in created)
        {
            var missing = PropertyCheck.MissingOnCreate(resource.Properties, HintTree.Of(resource.Schema));
            if (missing.Count == 0)
                continue;
            first ??= (resource, missing);
            diagnostics.AddRange(missing.Select(field => new Diagnostic
            {
                Code = DiagnosticCodes.RequiredFieldMissing,
                Summary = $"To create {resource.Key} it needs '{field}'.",
                Path = declared?.PropertiesPlace.ToString() ?? "",
            }));
        }

        return first is { } found ? Rejections.RequiredFieldMissing(found.Resource, found.Fields, diagnostics) : null;
    }

    /// <summary>A secret that must be written and of which only the hash is known: a hash never reaches a plugin.</summary>
    public static PlanOutcome? Secrets(Changes changes, IReadOnlyList<DeclaredResource> declared)
    {
        var diagnostics = new List<Diagnostic>();
        foreach (var one in declared)
            diagnostics.AddRange(NewHashes(one).Select(path => Recreation.NotKnown(one.Resource.Key.ToString(), path, one.PropertiesPlace)));
        var others = new List<(Resource, string, IReadOnlyList<PropertyPath>)>();
        foreach (var change in changes.All.Where(change => change.IsReplace))
        {
            if (Recreation.UnknownSecrets(change.Desired!.Properties) is not { Count: > 0 } unknown)
                continue;
            if (change.Declared is { } one)
                diagnostics.AddRange(unknown.Select(path => Recreation.NotKnown(one.Resource.Key.ToString(), path, one.PropertiesPlace)));
            else
                others.Add((change.Desired, change.CascadeSource ?? "", unknown));
        }

        if (diagnostics.Count > 0)
            return new PlanOutcome.Invalid([.. diagnostics.DistinctBy(diagnostic => diagnostic.Path)]);
        return others.Count > 0 ? Rejections.SecretNotKnown(others) : null;
    }

    // A document that was extracted holds hashes. They say that nothing changes, as long as they are those that are stored.
    private static IEnumerable<PropertyPath> NewHashes(DeclaredResource one)
    {
        var unknown = Recreation.UnknownSecrets(one.Properties);
        if (unknown.Count == 0 || one.Existing is null)
            return unknown;
        var stored = Recreation.Secrets(one.Existing.Properties, one.Hints);
        return Recreation.Secrets(one.Properties, HintTree.None).Any(secret => Envelope.IsHashed(secret.Value) && !stored.ContainsKey(secret.Key))
            ? unknown.Where(path => PropertyLookup.Find(one.Properties, path.ToString()) is { } value && SecretValues.DigestOf(value) is { } digest && !stored.ContainsKey(digest))
            : [];
    }
}
