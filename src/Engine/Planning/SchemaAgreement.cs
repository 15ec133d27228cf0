using Formae.Model;

namespace Formae.Engine.Planning;

/// <summary>
/// Holds a schema that a document brings along against the plugin's, which is the one that counts. A difference that would have the person expect another outcome (a
/// secret that is none, a change in place that is a replace) is wrong; any other is pointed out, once for each type and schema.
/// </summary>
internal sealed class SchemaAgreement(List<Diagnostic> diagnostics)
{
    private const int MostWarnings = 10;
    private static readonly FieldHint Nothing = new();

    private readonly HashSet<(string Type, ResourceSchema Schema)> _seen = [];

    public void Check(string type, ResourceSchema declared, ResourceSchema own, PropertyPath place)
    {
        var saysNothing = declared.Fields.Count == 0 && declared.Hints.Count == 0;
        if (saysNothing || ReferenceEquals(declared, own) || !_seen.Add((type.ToLowerInvariant(), declared)))
            return;
        var warnings = 0;
        var unknown = declared.Fields.Except(own.Fields, StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        if (own.Fields.Count > 0 && unknown.Count > 0)
            Warn($"has the fields {string.Join(", ", unknown)}, which the plugin's has not", PropertyPath.Of(place, "Fields"));
        var hints = PropertyPath.Of(place, "Hints");
        foreach (var path in declared.Hints.Keys.Union(own.Hints.Keys, StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            var (here, there) = (declared.Hints.GetValueOrDefault(path) ?? Nothing, own.Hints.GetValueOrDefault(path) ?? Nothing);
            var at = PropertyPath.Of(hints, path);
            if (here.Opaque != there.Opaque)
                Wrong($"says that '{path}' is {(here.Opaque ? "" : "no ")}secret, and the plugin's says that it is {(there.Opaque ? "one" : "none")}", at);
            else if (!here.CreateOnly && there.CreateOnly)
                Wrong($"says that '{path}' can be changed in place, and the plugin's that a change of it replaces the resource", at);
            else if (Differences(here, there) is { Count: > 0 } differences)
                Warn($"differs from the plugin's at '{path}': {string.Join(", ", differences)}", at);
        }

        void Wrong(string what, PropertyPath at) => Note(Severity.Error, type, what, at);

        void Warn(string what, PropertyPath at)
        {
            if (warnings++ < MostWarnings)
                Note(Severity.Warning, type, what, at);
        }
    }

    // What a plan depends on; types of values and what a read must hold are between the plugin and us.
    private static List<string> Differences(FieldHint here, FieldHint there)
    {
        var differences = new List<string>();
        Compare("CreateOnly", here.CreateOnly, there.CreateOnly);
        Compare("WriteOnly", here.WriteOnly, there.WriteOnly);
        Compare("RequiredOnCreate", here.RequiredOnCreate, there.RequiredOnCreate);
        Compare("RequiredOnUpdate", here.RequiredOnUpdate, there.RequiredOnUpdate);
        Compare("HasProviderDefault", here.HasProviderDefault, there.HasProviderDefault);
        Compare("EdgeKind", EdgeOf(here), EdgeOf(there));
        Compare("UpdateMethod", here.UpdateMethod, there.UpdateMethod);
        Compare("IndexField", here.IndexField ?? "", there.IndexField ?? "");
        Compare("OneOf", here.OneOf ?? "", there.OneOf ?? "");
        Compare("OnlyWhen", Told(here.OnlyWhen), Told(there.OnlyWhen));
        Compare("Format", here.Format ?? "", there.Format ?? "");
        return differences;

        void Compare<T>(string name, T left, T right)
        {
            if (!EqualityComparer<T>.Default.Equals(left, right))
                differences.Add($"{name} is '{left}' here and '{right}' there");
        }

        static string Told(FieldCondition? condition) => condition is null ? "" : $"{condition.Field} {condition.Value}";

        static EdgeKind EdgeOf(FieldHint hint) => hint.EdgeKind == EdgeKind.Default && hint.AttachesTo ? EdgeKind.AttachesTo : hint.EdgeKind;
    }

    private void Note(Severity severity, string type, string what, PropertyPath at) => diagnostics.Add(new Diagnostic
    {
        Severity = severity,
        Code = DiagnosticCodes.SchemaMismatch,
        Summary = $"The schema of {type} in the document {what}.",
        Detail = "The plugin's schema counts. Take the Schema out of the document, or write the document for this version of the plugin.",
        Path = at.ToString(),
    });
}
