using System.Text.Json;
using Formae.Model;

namespace Formae.Engine.Operations;

/// <summary>The guard before every write: a digest never goes to a plugin in the place of a secret.</summary>
public static class UnknownSecrets
{
    /// <summary>
    /// The first place where a digest stands that is not the one of the very secret which is there already. That one alone may stay: it becomes
    /// <c>{"$opaque":"preserved"}</c>, and the plugin leaves it as it is.
    /// </summary>
    /// <param name="desired">What is to be written; references are left out, for they are resolved.</param>
    /// <param name="existing">What is there; null when nothing is.</param>
    /// <returns>Null when all is known.</returns>
    public static string? Find(JsonElement? desired, JsonElement? existing)
    {
        if (!JsonText.Mentions(desired, "\"$hashed\""u8))
            return null;
        var known = Digests(existing).Select(secret => (secret.Place, secret.Digest)).ToHashSet();
        return Digests(desired).Where(secret => !secret.IsReference && !known.Contains((secret.Place, secret.Digest))).Select(secret => secret.Path).FirstOrDefault();
    }

    /// <summary>Places are without indexes: an element of a list keeps its secret when the list is put into another order.</summary>
    private static IEnumerable<(string Path, string Place, string? Digest, bool IsReference)> Digests(JsonElement? properties)
    {
        if (properties is not { } root)
            return [];
        var found = new List<(string, string, string?, bool)>();
        Visit(root, "", "");
        return found;

        void Visit(JsonElement value, string path, string place)
        {
            switch (value.ValueKind)
            {
                case JsonValueKind.Object when Envelope.IsHashed(value):
                    found.Add((path, place, SecretValues.DigestOf(value), Envelope.IsReference(value)));
                    break;
                case JsonValueKind.Object:
                    foreach (var property in value.EnumerateObject())
                        Visit(property.Value, path.Length == 0 ? property.Name : $"{path}.{property.Name}", place.Length == 0 ? property.Name : $"{place}.{property.Name}");
                    break;
                case JsonValueKind.Array:
                    var index = 0;
                    foreach (var element in value.EnumerateArray())
                        Visit(element, $"{path}[{index++}]", place);
                    break;
            }
        }
    }
}
