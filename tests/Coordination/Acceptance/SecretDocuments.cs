using System.Text.Json;
using System.Text.Json.Nodes;

namespace Formae.Coordination.Tests.Acceptance;

/// <summary>Documents of vaults that are full of planted secrets.</summary>
internal sealed class SecretDocuments(SecretHunt hunt)
{
    private const string Tail = "}}]}";

    /// <summary>A secret in every position that a document has.</summary>
    public JsonObject Document(string when)
    {
        string New(string place) => hunt.Plant($"{when}: {place}");
        JsonObject Opaque(string place, string? strategy = null)
        {
            var envelope = new JsonObject { ["$value"] = New(place), ["$visibility"] = "Opaque" };
            if (strategy is not null)
                envelope["$strategy"] = strategy;
            return envelope;
        }

        return new JsonObject
        {
            ["Description"] = new JsonObject { ["Text"] = "everything" },
            ["Properties"] = new JsonObject { ["password"] = new JsonObject { ["Type"] = "String", ["Flag"] = "password", ["Default"] = New("default of a parameter"), ["Value"] = New("value of a parameter") } },
            ["Stacks"] = new JsonArray(new JsonObject { ["Label"] = "safe" }),
            ["Targets"] = new JsonArray(
                new JsonObject { ["Label"] = "eu", ["Namespace"] = "FakeAWS", ["Config"] = new JsonObject { ["Region"] = "eu-1" } },
                new JsonObject
                {
                    ["Label"] = $"closed-{when}",
                    ["Namespace"] = "FakeAWS",
                    ["Config"] = new JsonObject { ["Region"] = "eu-1", ["Login"] = new JsonObject { ["Key"] = Opaque("target config") } },
                }),
            ["Resources"] = new JsonArray(
                Resource("vault", new JsonObject
                {
                    ["Name"] = "vault",
                    ["Size"] = when,
                    ["Password"] = New("opaque field"),
                    ["Plain"] = Opaque("opaque envelope"),
                    ["Level"] = new JsonObject { ["Name"] = Opaque("envelope in an object"), ["Pin"] = New("opaque field of an object") },
                    ["Keys"] = new JsonObject { ["User"] = New("object as a secret"), ["Secret"] = New("object as a secret, again") },
                    ["Names"] = new JsonArray("plain", Opaque("element of a list")),
                    ["Marks"] = new JsonArray(Opaque("element of a set"), "plain"),
                    ["Items"] = new JsonArray(
                        new JsonObject { ["Key"] = "a", ["Secret"] = New("opaque field of an element"), ["Value"] = "plain" },
                        new JsonObject { ["Key"] = "b", ["Value"] = Opaque("envelope in an element") }),
                    ["Document"] = JsonSerializer.Serialize(new { db = new { password = New("inside a JSON text") } }),
                    ["Initial"] = New("write-only field"),
                    ["Labels"] = new JsonObject { ["with.dot"] = Opaque("value of a map"), ["once"] = Opaque("set once", "SetOnce") },
                }),
                Resource("reader", new JsonObject { ["Name"] = "reader", ["Plain"] = Reference("Password"), ["Names"] = new JsonArray(Reference("Plain")) }),
                Resource("part", new JsonObject { ["Name"] = "part", ["Plain"] = Reference("Document", "db.password") }),
                Resource("third", new JsonObject { ["Name"] = "third", ["Plain"] = Reference("Plain", label: "reader"), ["Size"] = Reference("Token") })),
        };
    }

    private static JsonObject Resource(string label, JsonObject properties) =>
        new() { ["Label"] = label, ["Type"] = "FakeAWS::Test::Vault", ["Stack"] = "safe", ["Target"] = "eu", ["Properties"] = properties };

    private static JsonObject Reference(string property, string? json = null, string label = "vault")
    {
        var reference = new JsonObject { ["$res"] = true, ["$label"] = label, ["$type"] = "FakeAWS::Test::Vault", ["$stack"] = "safe", ["$property"] = property };
        if (json is not null)
            reference["$json"] = json;
        return reference;
    }

    public JsonObject Added(JsonNode document, string label, string why)
    {
        var added = document.DeepClone().AsObject();
        added["Resources"] = new JsonArray(Resource($"{label}-{why}", new JsonObject { ["Name"] = $"{label}-{why}", ["Password"] = hunt.Plant($"create that fails: {why}") }));
        return added;
    }

    public JsonObject Patched(string when) => new()
    {
        ["Stacks"] = new JsonArray(new JsonObject { ["Label"] = "safe" }),
        ["Resources"] = new JsonArray(Resource("vault", new JsonObject
        {
            ["Name"] = "vault",
            ["Password"] = hunt.Plant($"{when}: opaque field"),
            ["Items"] = new JsonArray(new JsonObject { ["Key"] = "a", ["Secret"] = hunt.Plant($"{when}: opaque field of an element") }),
        })),
    };

    public static void Retarget(JsonNode document, string label)
    {
        foreach (var resource in document["Resources"]!.AsArray().Skip(1))
        {
            foreach (var (_, value) in resource!["Properties"]!.AsObject())
            {
                foreach (var reference in value is JsonArray array ? array.OfType<JsonObject>() : value is JsonObject one ? [one] : [])
                {
                    if (reference["$label"]?.GetValue<string>() == "vault")
                        reference["$label"] = label;
                }
            }
        }
    }

    /// <summary>Documents that are wrong around a secret.</summary>
    public string[] Wrong()
    {
        string New(string place) => hunt.Plant($"refused: {place}");
        var head = """{"Stacks":[{"Label":"safe"}],"Targets":[{"Label":"eu","Namespace":"FakeAWS","Config":{"Region":"eu-1"}}],"Resources":[{"Label":"vault-renamed","Type":"FakeAWS::Test::Vault","Stack":"safe","Target":"eu","Properties":{"Name":"another",""";
        string Text(string place) => JsonSerializer.Serialize(New(place));
        var span = Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes("""{"$res":true,"$label":"reader","$type":"FakeAWS::Test::Vault","$stack":"safe","$property":"Plain","$value":""" + Text("embedded in text") + "}"));
        string With(string properties) => $"{head}{properties}{Tail}";
        return
        [
            head + "\"Password\":" + Text("no end"),
            head + "\"Password\":" + Text("broken off")[..^3],
            With("\"Password\":" + Text("nothing between") + " " + Text("and then this")),
            With("\"Password\":" + New("without quotes")),
            With("\"Password\":{\"a\":" + Text("object for a string") + "}"),
            With("\"Password\":[" + Text("array for a string") + "]"),
            With("\"Pasword\":" + Text("unknown field")),
            With("\"Password\":" + Text("twice") + ",\"Password\":" + Text("again")),
            With("\"Items\":{\"Secret\":" + Text("object for an array") + "}"),
            With("\"Password\":{\"$value\":" + Text("said to be a hash") + ",\"$visibility\":\"Opaque\",\"$hashed\":true}"),
            With("\"Password\":{\"$sealed\":" + Text("said to be sealed") + ",\"$digest\":\"d\"}"),
            With("\"Plain\":{\"$embed\":true,\"$template\":" + JsonSerializer.Serialize($"x\u001E{span}\u001F") + "}"),
            With("\"Plain\":{\"$res\":true,\"$label\":\"nobody\",\"$type\":\"FakeAWS::Test::Vault\",\"$property\":\"Password\",\"$value\":" + Text("beside a reference to nothing") + ",\"$visibility\":\"Opaque\"}"),
            $"Stacks: [{{ Label: safe }}]\nResources:\n  - Label: x\n    Properties: {{ Password: '{New("yaml")}, b: [ }}\n",
            $"Stacks: [{{ Label: safe }}]\nResources:\n  - Label: x\n    Password: *{New("alias")[..12]}\n",
            $"Stacks: [{{ Label: safe }}]\nResources:\n  - Label: x\n   Password: {New("indented wrong")[..12]}\n",
            $"Stacks: [{{ Label: safe }}]\nResources:\n  - Label: x\n    Type: \"FakeAWS::Test::Vault\"\n    Properties: {{ Name: n, Password: !!binary {New("tagged")[..12]} }}\n",
        ];
    }
}
