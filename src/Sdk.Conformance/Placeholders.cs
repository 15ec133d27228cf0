using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Formae.Model;
using Formae.Protocol.Samples;

namespace Formae.Sdk.Conformance;

/// <summary>Puts values in the place of what stands in <c>${…}</c>.</summary>
/// <param name="variables">Their values, by name.</param>
internal sealed class Placeholders(IReadOnlyDictionary<string, string> variables)
{
    private const string Letters = "abcdefghijklmnopqrstuvwxyz";

    /// <summary>Lower-case letters and digits, a letter first.</summary>
    public static string Unique() => RandomNumberGenerator.GetString(Letters, 1) + RandomNumberGenerator.GetString(Letters + "0123456789", 9);

    /// <summary>A text that no sample has a part in.</summary>
    public string Fill(string text) => Text(text, unique: null, new Dictionary<string, Thing>());

    /// <summary>A value with everything filled. A text that is one placeholder becomes the value itself, whatever its type.</summary>
    public JsonElement Fill(JsonElement value, string? unique, IReadOnlyDictionary<string, Thing> others) => JsonText.Rewrite(value, HintTree.None, (part, _, _, writer) =>
    {
        if (part.ValueKind != JsonValueKind.String || !part.GetString()!.Contains("${", StringComparison.Ordinal))
            return false;
        var text = part.GetString()!;
        if (SamplePlaceholder.In(text) is [(SamplePlaceholder.Other { Property: { } property } other, 0, var length)] && length == text.Length)
            Of(others[other.Sample], property).WriteTo(writer);
        else
            writer.WriteStringValue(Text(text, unique, others));
        return true;
    });

    public static bool UsesUnique(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => SamplePlaceholder.In(value.GetString()!).Any(found => found.Placeholder is SamplePlaceholder.Unique),
        JsonValueKind.Object => value.EnumerateObject().Any(property => UsesUnique(property.Value)),
        JsonValueKind.Array => value.EnumerateArray().Any(UsesUnique),
        _ => false,
    };

    private string Text(string text, string? unique, IReadOnlyDictionary<string, Thing> others)
    {
        var filled = new StringBuilder();
        var copied = 0;
        foreach (var (placeholder, start, length) in SamplePlaceholder.In(text))
        {
            filled.Append(text, copied, start - copied).Append(placeholder switch
            {
                SamplePlaceholder.Unique => unique,
                SamplePlaceholder.Variable variable => variables[variable.Name],
                SamplePlaceholder.Other { Property: { } property } other => Of(others[other.Sample], property).ToString(),
                SamplePlaceholder.Other other => others[other.Sample].Id,
                SamplePlaceholder.Literal literal => literal.Text,
                _ => text.Substring(start, length),
            });
            copied = start + length;
        }

        return filled.Append(text, copied, text.Length - copied).ToString();
    }

    private static JsonElement Of(Thing other, string property) => AnnouncedShape.Of(other.Live, property) is { } live && !Envelope.IsSealed(live) ? live
        : AnnouncedShape.Of(other.Wanted, property) ?? throw new BrokenRuleException($"The sample '{other.Sample}' was made, and has no property '{property}' for others to refer to.");
}
