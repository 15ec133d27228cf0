using System.Text.Json;
using Formae.Model;

namespace Formae.Engine.Planning;

/// <summary>Turns the references of a document into references to identities, and says which cannot be.</summary>
internal sealed class ReferenceTranslation(KnownResources known)
{
    private readonly Dictionary<ResourceKey, Diagnostic> _missing = [];
    private readonly List<Diagnostic> _diagnostics = [];
    private readonly ReferredProperty _properties = new();
    private readonly SecretSources _secrets = new(known);

    public IReadOnlyList<Diagnostic> Errors => _diagnostics;

    public IReadOnlyList<Diagnostic> Warnings => _properties.Warnings;

    public IReadOnlyDictionary<ResourceKey, Diagnostic> Missing => _missing;

    /// <summary>A value of the document with its references in stored form; those that point at a secret say so.</summary>
    /// <param name="stack">Where a reference that names no stack looks.</param>
    public JsonElement Translate(JsonElement value, string stack, PropertyPath place)
    {
        var embeds = EmbeddedSpans.Of(value);
        foreach (var broken in embeds.Broken)
            Note(DiagnosticCodes.InvalidTemplate, "The text has a reference in it that cannot be read.", "A reference in text stands between U+001E and U+001F, as base64 of its envelope; neither character may stand alone.", PropertyPath.Of(place, broken));
        foreach (var secret in embeds.Secrets)
            NoSecretInText(PropertyPath.Of(place, secret));
        return References.ToStored(value, (envelope, path) => Find(envelope, stack, path is null ? place : PropertyPath.Of(place, path), embeds.Contains(path)), _secrets.IsSecret);
    }

    private PropertyUri? Find(JsonElement envelope, string stack, PropertyPath where, bool isEmbedded)
    {
        var (found, property) = Locate(envelope, stack, where, isEmbedded);
        if (found is null)
            return null;
        if (isEmbedded && (Envelope.IsOpaque(envelope) || _secrets.IsSecret(new PropertyUri(found.Resource.Ksuid!, property))))
        {
            // Said of those that call themselves secret already.
            if (!Envelope.IsOpaque(envelope))
                NoSecretInText(where);
            return null;
        }

        if (_properties.Unknown(found, property, where) is not { } wrong)
            return new PropertyUri(found.Resource.Ksuid!, property);
        _diagnostics.Add(wrong);
        return null;
    }

    private (ReferredResource? Found, string Property) Locate(JsonElement envelope, string stack, PropertyPath where, bool isEmbedded)
    {
        if (Envelope.IsReference(envelope))
            return ByUri(envelope.GetProperty(Envelope.Reference).GetString()!, where);
        if (!SourceReference.TryRead(envelope, out var source, out var lacking))
        {
            Note(DiagnosticCodes.InvalidReference, $"A reference needs {string.Join(", ", lacking)}.", "It has the form {\"$res\": true, \"$label\": …, \"$type\": …, \"$stack\": …, \"$property\": …}.", where);
            return default;
        }

        var isShort = envelope.TryGetProperty(Envelope.Written, out _);
        var found = source!.Type.Length == 0 ? ByLabel(source, stack, where)
            : source.Stack is null && (isEmbedded || isShort) ? Anywhere(source, stack, isShort, where)
            : ByKey(new ResourceKey(source.Stack ?? stack, source.Type, source.Label), where);
        return (found, source.Property);
    }

    private (ReferredResource? Found, string Property) ByUri(string text, PropertyPath where)
    {
        if (TripletUri.TryParse(text, out var key, out var path))
            return (ByKey(key, where), path);
        if (!PropertyUri.TryParse(text, out var uri))
        {
            Note(DiagnosticCodes.InvalidReference, $"'{text}' is no reference to a resource.", "It has the form formae://KSUID#/PROPERTY, or {\"$res\": true, …} with names.", where);
            return default;
        }

        if (known.Find(uri.Ksuid) is { } found)
            return (found, uri.Path);
        _missing.TryAdd(new ResourceKey("", "", uri.Ksuid), Missed($"There is no resource {uri.Ksuid}.", "It was deleted, or never was. Refer to it by its names.", where));
        return default;
    }

    private ReferredResource? ByKey(ResourceKey key, PropertyPath where)
    {
        if (known.Find(key, out var isGoing) is { } found)
            return found;
        _missing.TryAdd(key, isGoing
            ? Missed($"{key} is deleted by this very command, because the document no longer has it.", "Keep it in the document, or take the reference out.", where)
            : Missed($"There is no {key}.", Near(key) ?? "Declare it in the document, apply it first, or correct $label, $type and $stack.", where));
        return null;
    }

    /// <summary>A reference in text, or in short, that names no stack: the one resource of the document with this label and type.</summary>
    private ReferredResource? Anywhere(SourceReference source, string stack, bool ownFirst, PropertyPath where)
    {
        var own = new ResourceKey(stack, source.Type, source.Label);
        if (ownFirst && known.Find(own, out _) is { } mine)
            return mine;
        var candidates = known.Declared.Where(one => one.Resource.Label == source.Label && string.Equals(one.Resource.Type, source.Type, StringComparison.OrdinalIgnoreCase)).ToList();
        return candidates switch
        {
            [var one] => new ReferredResource(one, one.Existing),
            [] => ByKey(own, where),
            _ => Ambiguous(source.Label, candidates.Select(one => one.Resource.Key), "Name the stack.", where),
        };
    }

    /// <summary>A reference in short that names no type: what the stack has, else what the document has anywhere.</summary>
    private ReferredResource? ByLabel(SourceReference source, string stack, PropertyPath where)
    {
        var found = known.Labelled(source.Stack ?? stack, source.Label);
        if (found.Count == 0 && source.Stack is null)
            found = [.. known.Declared.Where(one => one.Resource.Label == source.Label).Select(one => new ReferredResource(one, one.Existing))];
        if (found is [var one])
            return one;
        if (found.Count > 1)
            return Ambiguous(source.Label, found.Select(one => one.Resource.Key), $"Name the type as well, such as {found[0].Resource.Type}/{source.Label}, and the stack where it is another: ${{dependency:STACK.NAME.PROPERTY}}.", where);
        var inStack = source.Stack ?? stack;
        var labels = known.Keys.Where(key => key.Stack == inStack).Select(key => key.Label);
        _missing.TryAdd(
            new ResourceKey(inStack, "", source.Label),
            Missed($"There is no resource '{source.Label}' in the stack '{inStack}'.{Suggestion.Sentence(source.Label, labels)}", "Declare it in the document, apply it first, or correct the name. A name with dots stands in single quotes.", where));
        return null;
    }

    private ReferredResource? Ambiguous(string label, IEnumerable<ResourceKey> candidates, string detail, PropertyPath where)
    {
        Note(DiagnosticCodes.AmbiguousReference, $"'{label}' could be {string.Join(" or ", candidates.Select(key => key.ToString()).Order(StringComparer.Ordinal))}.", detail, where);
        return null;
    }

    // Looked for only for what is missing, and only once per name.
    private string? Near(ResourceKey key)
    {
        var others = known.Keys.ToList();
        if (others.FirstOrDefault(other => other.Label == key.Label && string.Equals(other.Type, key.Type, StringComparison.OrdinalIgnoreCase)) is { Label: not null } elsewhere)
            return $"There is one in the stack '{elsewhere.Stack}'.";
        if (_missing.Count > 20)
            return null;
        var labels = others.Where(other => other.Stack == key.Stack && string.Equals(other.Type, key.Type, StringComparison.OrdinalIgnoreCase)).Select(other => other.Label);
        return Suggestion.For(key.Label, labels) is { } label ? $"Did you mean '{label}'?" : null;
    }

    private void NoSecretInText(PropertyPath where) => Note(DiagnosticCodes.UnsupportedEmbed, "A secret cannot be embedded in text.", "Let the field be the secret alone.", where);

    private static Diagnostic Missed(string summary, string detail, PropertyPath where) =>
        new() { Code = DiagnosticCodes.ReferenceNotFound, Summary = summary, Detail = detail, Path = where.ToString() };

    private void Note(string code, string summary, string detail, PropertyPath place) =>
        _diagnostics.Add(new Diagnostic { Code = code, Summary = summary, Detail = detail, Path = place.ToString() });
}
