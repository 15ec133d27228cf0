using System.Text.Json;
using Formae.Model;

namespace Formae.Engine.Planning;

/// <summary>What the new half of a replace is created with, and whether all of it is known: of a stored secret only the hash is.</summary>
internal static class Recreation
{
    /// <summary>Of a resource that the document does not mention: as it is.</summary>
    public static Resource Of(Resource existing) => existing with { NativeId = null, ReadOnlyProperties = null, Version = null, PatchDocument = null };

    /// <summary>
    /// Of a declared one: what is declared; in patch mode over what is stored. Values that are set once may be others now, since another object gets them.
    /// </summary>
    public static Resource Of(DeclaredResource one, Resource existing, ApplyMode mode)
    {
        if (mode == ApplyMode.Reconcile || existing.Properties is not { } stored)
            return one.Resource;
        var diff = PropertyDiff.Between(stored, one.Properties, one.Resource.Schema, DiffMode.EnsureExists);
        var merged = diff.IsEmpty ? stored : JsonPatch.Apply(stored, diff.Patch(PatchValues.Stored));

        // A secret that is declared again with its old value is no difference, so that its hash is what was merged.
        return one.Resource with { Properties = UnknownSecrets(merged).Count == 0 ? merged : WithKnown(merged, Secrets(one.Properties, one.Hints)) };
    }

    /// <summary>Where a secret stands that only its hash is known of, or that was withheld. What a reference holds is read anew.</summary>
    public static IReadOnlyList<PropertyPath> UnknownSecrets(JsonElement? properties)
    {
        if (!JsonText.Mentions(properties, "\"$hashed\""u8) && !JsonText.Mentions(properties, "\"$opaque\""u8))
            return [];
        var found = new List<PropertyPath>();
        JsonText.Rewrite(properties!.Value, HintTree.None, (value, _, path, _) =>
        {
            if (Envelope.IsReference(value))
                return false;
            if (path is not null && (Envelope.IsHashed(value) || Envelope.IsWithheld(value)))
                found.Add(path);
            return false;
        });
        return found;
    }

    /// <summary>Digests of the secrets in properties, with those that are known in plain.</summary>
    public static Dictionary<string, JsonElement> Secrets(JsonElement? properties, HintTree hints)
    {
        var secrets = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        if (properties is not { } present)
            return secrets;
        JsonText.Rewrite(present, hints, (value, at, _, _) =>
        {
            if (!Envelope.IsReference(value) && SecretValues.IsSecret(value, at) && !Envelope.IsWithheld(value))
                secrets.TryAdd(SecretValues.DigestOf(value) ?? SecretValues.Digest(value), value);
            return false;
        });
        return secrets;
    }

    /// <summary>With secrets that only the hash is there of as they are known from elsewhere.</summary>
    public static JsonElement WithKnown(JsonElement properties, IReadOnlyDictionary<string, JsonElement> known) =>
        known.Count == 0 ? properties : JsonText.Rewrite(properties, HintTree.None, (value, _, _, writer) =>
        {
            if (Envelope.IsReference(value) || !Envelope.IsHashed(value) || SecretValues.DigestOf(value) is not { } digest || !known.TryGetValue(digest, out var secret))
                return false;
            secret.WriteTo(writer);
            return true;
        });

    public static Diagnostic NotKnown(string owner, PropertyPath secret, PropertyPath place) => new()
    {
        Code = DiagnosticCodes.SecretNotKnown,
        Summary = $"The secret '{secret}' of {owner} has to be written, and nothing but its hash is known.",
        Detail = "Declare it with its value.",
        Path = PropertyPath.Of(place, secret).ToString(),
    };
}
