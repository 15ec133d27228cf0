using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;

namespace Formae.Plugins.Aws.Tests;

/// <summary>What a policy says: sets of plain values, in one form each. How it is written is drawn with every text that is made of it.</summary>
internal sealed record PolicyCase(string Version, IReadOnlyList<StatementCase> Statements)
{
    public const string OldVersion = "2008-10-17";

    private static readonly string[] Accounts = ["111122223333", "444455556666", "000000000000"];

    public static Arbitrary<PolicyCase> Any { get; } = Arb.From(Gen.Choose(0, int.MaxValue).Select(seed => Draw(new System.Random(seed))));

    /// <summary>The same for two that say the same.</summary>
    public string Meaning => $"{Version}: {string.Join(" | ", Statements.Select(one => one.Meaning).Distinct().Order(StringComparer.Ordinal))}";

    public override string ToString() => Meaning;

    public static PolicyCase Draw(System.Random random) => new(
        random.Next(2) == 0 ? OldVersion : "2012-10-17",
        [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => new StatementCase(
            random.Next(2) == 0 ? null : "sid" + random.Next(2),
            random.Next(2) == 0 ? "Allow" : "Deny",
            random.Next(4) == 0,
            random.Next(5) == 0 ? [] : Some(random, [.. Accounts, "arn:aws:iam::111122223333:user/a", "arn:aws-cn:iam::111122223333:root", "*"]),
            random.Next(3) == 0 ? Some(random, ["ec2.amazonaws.com", "111122223333"]) : [],
            Some(random, ["s3:getobject", "s3:putobject", "s3:*"]),
            Some(random, ["arn:aws:s3:::b", "arn:aws:s3:::B", "arn:aws:s3:::b/*"]),
            [.. Enumerable.Range(0, random.Next(3)).Select(i => new ConditionCase(
                random.Next(2) == 0 ? "Bool" : "StringEquals",
                i == 0 ? "aws:securetransport" : random.Next(2) == 0 ? "s3:existingobjecttag/Team" : "s3:existingobjecttag/team",
                Some(random, ["true", "false", "3600", "True"]))).DistinctBy(one => (one.Operator, one.Key))]))]);

    /// <summary>A text that says this, in words and an order that are drawn.</summary>
    public string Spelled(System.Random random)
    {
        var members = new List<KeyValuePair<string, JsonNode?>> { new("Statement", List(random, Statements.Select(one => (JsonNode)one.Spelled(random)))) };
        if (Version != OldVersion || random.Next(2) == 0)
            members.Add(new("Version", Version));
        return Shuffled(random, members).ToJsonString(new System.Text.Json.JsonSerializerOptions { WriteIndented = random.Next(2) == 0 });
    }

    public static string[] Some(System.Random random, string[] all) => [.. all.Where((_, index) => random.Next(2) == 0).DefaultIfEmpty(all[random.Next(all.Length)])];

    /// <summary>In any order, some twice, and one perhaps without the brackets.</summary>
    public static JsonNode List(System.Random random, IEnumerable<JsonNode> values)
    {
        var all = values.ToList();
        if (all.Count > 0 && random.Next(3) == 0)
            all.Add(all[random.Next(all.Count)].DeepClone());
        var list = all.ToArray();
        random.Shuffle(list);
        return list.Length == 1 && random.Next(2) == 0 ? list[0] : new JsonArray(list);
    }

    public static JsonObject Shuffled(System.Random random, IEnumerable<KeyValuePair<string, JsonNode?>> members)
    {
        var all = members.ToArray();
        random.Shuffle(all);
        return new JsonObject(all);
    }
}

/// <param name="Sid">Its name.</param>
/// <param name="Effect">Allow or Deny.</param>
/// <param name="IsNot">Whether it is about all principals, actions and resources but these.</param>
/// <param name="Aws">Accounts by their number, and others by their ARN; with no services beside them, none means everybody, signed in or not.</param>
/// <param name="Services">Services.</param>
/// <param name="Actions">In lower case.</param>
/// <param name="Resources">ARNs.</param>
/// <param name="Conditions">Each operator and key once.</param>
internal sealed record StatementCase(
    string? Sid, string Effect, bool IsNot, IReadOnlyList<string> Aws, IReadOnlyList<string> Services, IReadOnlyList<string> Actions, IReadOnlyList<string> Resources, IReadOnlyList<ConditionCase> Conditions)
{
    public string Meaning =>
        $"{Sid} {Effect} {IsNot} aws {Set(Aws)} services {Set(Services)} {Set(Actions)} {Set(Resources)} {Set(Conditions.Select(one => $"{one.Operator} {one.Key} {Set(one.Values)}"))}";

    public JsonObject Spelled(System.Random random)
    {
        var not = IsNot ? "Not" : "";
        var members = new List<KeyValuePair<string, JsonNode?>>
        {
            new("Effect", Effect),
            new(not + "Principal", Aws.Count + Services.Count == 0 ? "*" : PolicyCase.Shuffled(random, Principals(random))),
            new(not + "Action", PolicyCase.List(random, Actions.Select(one => (JsonNode)(random.Next(2) == 0 ? one : one.ToUpperInvariant())))),
            new(not + "Resource", PolicyCase.List(random, Resources.Select(one => (JsonNode)one))),
        };
        if (Sid is not null)
            members.Add(new("Sid", Sid));
        if (Conditions.Count > 0)
            members.Add(new("Condition", PolicyCase.Shuffled(random, Conditions.GroupBy(one => one.Operator).Select(group => KeyValuePair.Create(group.Key, (JsonNode?)PolicyCase.Shuffled(random, group.Select(one => one.Spelled(random))))))));
        return PolicyCase.Shuffled(random, members);
    }

    private IEnumerable<KeyValuePair<string, JsonNode?>> Principals(System.Random random)
    {
        if (Aws.Count > 0)
            yield return new("AWS", PolicyCase.List(random, Aws.Select(one => (JsonNode)(one.Length == 12 && random.Next(2) == 0 ? $"arn:aws:iam::{one}:root" : one))));
        if (Services.Count > 0)
            yield return new("Service", PolicyCase.List(random, Services.Select(one => (JsonNode)one)));
    }

    private static string Set(IEnumerable<string> values) => $"[{string.Join(", ", values.Distinct().Order(StringComparer.Ordinal))}]";
}

internal sealed record ConditionCase(string Operator, string Key, IReadOnlyList<string> Values)
{
    public KeyValuePair<string, JsonNode?> Spelled(System.Random random)
    {
        var (name, tag) = Key.IndexOf('/', StringComparison.Ordinal) is > 0 and var slash ? (Key[..slash], Key[slash..]) : (Key, "");
        return KeyValuePair.Create((random.Next(2) == 0 ? name : name.ToUpperInvariant()) + tag, (JsonNode?)PolicyCase.List(random, Values.Select(value => Spelled(value, random))));
    }

    private static JsonNode Spelled(string value, System.Random random) => value is "true" or "false" or "3600" && random.Next(2) == 0 ? JsonNode.Parse(value)! : value;
}
