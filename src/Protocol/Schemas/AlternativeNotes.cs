using System.Text.Json.Nodes;

namespace Formae.Protocol.Schemas;

/// <summary>Fields that cannot stand beside each other, for people and for validators.</summary>
internal static class AlternativeNotes
{
    /// <summary>A sentence; null where there is nothing to say.</summary>
    public static string? Of(FieldShape field, IReadOnlyList<FieldShape> beside) => field.Hint switch
    {
        { OneOf: { } group } => $"Either this or {string.Join(" or ", beside.Where(other => other.Name != field.Name && other.Hint.OneOf == group).Select(other => other.Name))}.",
        { OnlyWhen: { } condition } => $"Only where {NameOf(condition.Field)} is {condition.Value}.",
        _ => null,
    };

    /// <summary>What no object may hold, as <c>not</c>; null is as good as left out, and so is an empty text. What depends on something further out is left to the plan.</summary>
    public static void Refuse(JsonObject schema, IReadOnlyList<FieldShape> members)
    {
        var refused = new JsonArray();
        for (var i = 0; i < members.Count; i++)
        {
            if (members[i].Hint.OneOf is { } group)
            {
                foreach (var other in members.Take(i).Where(other => other.Hint.OneOf == group))
                    refused.Add((JsonNode)Both(other.Name, Something(), members[i].Name));
            }

            if (members[i].Hint.OnlyWhen is { } condition && members.FirstOrDefault(other => other.Name == NameOf(condition.Field)) is { Value.Choices: { } choices } decides)
                refused.Add((JsonNode)Both(decides.Name, new JsonObject { ["enum"] = Node.Texts(choices.Where(choice => choice != condition.Value)) }, members[i].Name));
        }

        if (refused.Count > 0)
            schema["allOf"] = refused;
    }

    private static JsonObject Both(string one, JsonObject value, string other) => new()
    {
        ["not"] = new JsonObject
        {
            ["properties"] = new JsonObject { [one] = value, [other] = Something() },
            ["required"] = Node.Texts([one, other]),
        },
    };

    private static JsonObject Something() => new() { ["not"] = new JsonObject { ["enum"] = new JsonArray(null, "") } };

    private static string NameOf(string path) => path[(path.LastIndexOf('.') + 1)..];
}
