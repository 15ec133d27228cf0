using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Formae.Model;

namespace Formae.Protocol.Documents;

/// <summary>Policies of a document: standalone ones, and those of a stack, which are inline or refer to a standalone one.</summary>
internal sealed partial class PolicyBinder(NodeReader read, Names names)
{
    private static readonly string[] LifeKeys = ["Type", "Label", "TTLSeconds", "ExpiresAt", "OnDependents"];
    private static readonly string[] ReconcileKeys = ["Type", "Label", "IntervalSeconds", "LastReconcileAt"];

    /// <summary>A hundred years: longer than any stack lives, and short enough to be added to any time.</summary>
    private const long MostSeconds = 3_155_760_000;

    private static readonly DateTimeOffset Earliest = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>The policies of a stack, in the form in which they are stored.</summary>
    public IReadOnlyList<JsonElement>? OfStack(int node)
    {
        if (read.IsNull(node))
            return null;
        var types = new Dictionary<string, int>(StringComparer.Ordinal);
        var references = new Dictionary<string, int>(StringComparer.Ordinal);
        return read.List(node, "Policies", item =>
        {
            if (read.Tree.KindOf(item) == JsonTokenType.StartObject && Member(item, Envelope.Reference) is { } reference)
                return Reference(item, reference, references);
            if (Policy(item) is not { } policy)
                return default;
            if (policy.Type.Length > 0 && !types.TryAdd(policy.Type, item))
                Duplicate(item, types[policy.Type], $"The stack has two policies of type {policy.Type}", "A stack has at most one of a type in itself; it may refer to a standalone one besides.");
            return Policies.Write(policy);
        });
    }

    /// <summary>The standalone policies of the document.</summary>
    public IReadOnlyList<JsonElement> Standalone(int node)
    {
        var labels = new Dictionary<string, int>(StringComparer.Ordinal);
        return read.List(node, "Policies", item =>
        {
            if (read.Tree.KindOf(item) == JsonTokenType.StartObject && Member(item, Envelope.Reference) is not null)
            {
                Wrong(item, "A reference to a policy stands in the Policies of a stack, not here.", "Put the policy itself here, or the reference into the stack.");
                return default;
            }

            if (Policy(item) is not { } policy)
                return default;
            read.Need(item, "Label");
            if (policy.Label.Length > 0 && !labels.TryAdd(policy.Label, item))
                Duplicate(item, labels[policy.Label], $"The policy '{policy.Label}' is declared twice", "Remove one of them.");
            return Policies.Write(policy);
        });
    }

    private JsonElement Reference(int item, int member, Dictionary<string, int> references)
    {
        var text = read.Text(member) ?? "";
        if (!text.StartsWith(Model.Policy.ReferencePrefix, StringComparison.Ordinal) || text.Length == Model.Policy.ReferencePrefix.Length)
        {
            Wrong(member, $"'{text}' refers to no policy.", $"A reference has the form {{\"$ref\": \"{Model.Policy.ReferencePrefix}LABEL\"}}.");
            return default;
        }

        foreach (var other in read.Members(item))
        {
            if (other != member)
                read.Unknown(other, [Envelope.Reference], 0);
        }

        var label = text[Model.Policy.ReferencePrefix.Length..];
        if (!references.TryAdd(label, item))
            Duplicate(item, references[label], $"The stack refers to the policy '{label}' twice", "Remove one of them.");
        return Policies.ReferenceTo(label);
    }

    private Policy? Policy(int node)
    {
        if (!read.IsObject(node, "A policy"))
            return null;
        read.Need(node, "Type");
        var type = Member(node, "Type") is { } named ? read.OneOf(named, [Model.Policy.TimeToLive, Model.Policy.AutoReconcile]) ?? "" : "";
        var policy = new Policy { Type = type };
        if (type.Length == 0)
            return policy;
        var known = type == Model.Policy.TimeToLive ? LifeKeys : ReconcileKeys;
        foreach (var member in read.Members(node))
        {
            var key = read.Tree.Key(member);
            policy = !known.Contains(key, StringComparer.Ordinal) ? read.Unknown(member, known, policy) : key switch
            {
                "Label" => policy with { Label = read.IsNull(member) ? "" : names.Label(member) },
                "TTLSeconds" => policy with { TtlSeconds = Seconds(member) },
                "ExpiresAt" => policy with { ExpiresAt = Time(member) },
                "OnDependents" => policy with { OnDependents = read.OneOf(member, ["abort", "cascade"]) },
                "IntervalSeconds" => policy with { IntervalSeconds = Seconds(member) },
                _ => policy,
            };
        }

        if (type == Model.Policy.AutoReconcile)
            read.Need(node, "IntervalSeconds");
        else if (IsGiven(node, "TTLSeconds") == IsGiven(node, "ExpiresAt"))
            Wrong(node, "A time to live needs either TTLSeconds or ExpiresAt.", "TTLSeconds counts from the stack's creation, ExpiresAt is a point in time.");
        return policy;
    }

    private long? Seconds(int node)
    {
        if (read.Whole(node) is not { } seconds)
            return null;
        if (seconds is > 0 and <= MostSeconds)
            return seconds;
        Wrong(node, $"{read.Tree.Key(node)} is {seconds}; it is between 1 and {MostSeconds}.", "It is a number of seconds.");
        return null;
    }

    private string? Time(int node)
    {
        if (read.Text(node) is not { } text)
            return null;
        if (!TimeForm().IsMatch(text) || !DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.None, out var time))
        {
            Wrong(node, $"'{text}' is no point in time.", "It has the form 2027-01-31T12:00:00Z or 2027-01-31T12:00:00+01:00.");
            return null;
        }

        if (time < Earliest)
        {
            Wrong(node, $"'{text}' is before the year 2000.", "Correct the year.");
            return null;
        }

        return time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
    }

    private bool IsGiven(int node, string key) => Member(node, key) is { } member && !read.IsNull(member);

    private int? Member(int node, string key)
    {
        foreach (var member in read.Members(node))
        {
            if (read.Tree.Key(member) == key)
                return member;
        }

        return null;
    }

    private void Wrong(int node, string summary, string detail) => read.Note(Severity.Error, DiagnosticCodes.InvalidPolicy, node, summary, detail);

    private void Duplicate(int node, int first, string summary, string detail) =>
        read.Note(Severity.Error, DiagnosticCodes.DuplicatePolicy, node, $"{summary}: first at {read.Tree.PathOf(first)} on line {read.Tree.PositionOf(first).Line}.", detail);

    [GeneratedRegex(@"^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})\z")]
    private static partial Regex TimeForm();
}
