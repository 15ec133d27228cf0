using System.Text.Json;
using Formae.Model;

namespace Formae.Cli.Submitting;

/// <summary>A forma with the values that were given to its parameters.</summary>
internal static class EvaluatedForma
{
    public static Forma Of(Forma forma, IReadOnlyDictionary<string, string> given)
    {
        if (given.Count == 0 || forma.Properties is not { } declared)
            return forma;
        return forma with
        {
            Properties = declared.ToDictionary(
                one => one.Key,
                one => given.TryGetValue(one.Key, out var value) ? one.Value with { Value = Typed(value, one.Value.Type) } : one.Value,
                StringComparer.Ordinal),
        };
    }

    // The value was held against its type when the command line was read.
    private static JsonElement Typed(string value, string type) =>
        type == "String" ? JsonSerializer.SerializeToElement(value, TextJson.Default.String) : JsonElement.Parse(value);
}

[System.Text.Json.Serialization.JsonSerializable(typeof(string))]
internal sealed partial class TextJson : System.Text.Json.Serialization.JsonSerializerContext;
