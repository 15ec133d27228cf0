using System.Text.Json;
using Formae.Model;

namespace Formae.Engine.Reports;

/// <summary>Which declared element each element that the cloud holds came from. A cloud may return a collection without an order in any.</summary>
internal static class ElementPairs
{
    /// <summary>For each element of the cloud the index of the declared one; -1 for none.</summary>
    public static int[] Of(JsonElement declared, JsonElement cloud, HintTree hints)
    {
        var (mine, theirs) = (declared.EnumerateArray().ToList(), cloud.EnumerateArray().ToList());
        var pairs = new int[theirs.Count];
        Array.Fill(pairs, -1);
        var isTaken = new bool[mine.Count];
        if (hints.Hint is { UpdateMethod: UpdateMethod.EntitySet, IndexField: { Length: > 0 } field })
        {
            // One with another key is another one.
            Pair(element => element.ValueKind == JsonValueKind.Object && element.TryGetProperty(field, out var key) ? CanonicalText.Of(key, hints.Child(field), Sense.Content) : "");
            return pairs;
        }

        if (hints.Hint.UpdateMethod != UpdateMethod.Array)
        {
            Pair(element => CanonicalText.Of(element, hints, Sense.Content));
            if (mine.Any(Envelope.IsHashed))
                Pair(static element => SecretValues.DigestOf(element) ?? SecretValues.Digest(element));
            if (hints.HasProviderDefaults)
            {
                var leftOut = ProviderDefaults.LeftOutBy(declared, hints);
                Pair(element => CanonicalText.Of(element, hints, Sense.Content, leftOut: leftOut));
            }
        }

        // What is alike nowhere may still be the same thing with another value.
        for (var i = 0; i < pairs.Length && mine.Count == theirs.Count; i++)
        {
            if (pairs[i] < 0 && !isTaken[i])
                Take(i, i);
        }

        return pairs;

        void Pair(Func<JsonElement, string> textOf)
        {
            var waiting = new Dictionary<string, Queue<int>>(StringComparer.Ordinal);
            for (var i = 0; i < mine.Count; i++)
            {
                if (isTaken[i])
                    continue;
                var text = textOf(mine[i]);
                if (!waiting.TryGetValue(text, out var same))
                    waiting.Add(text, same = new Queue<int>());
                same.Enqueue(i);
            }

            for (var i = 0; i < theirs.Count; i++)
            {
                if (pairs[i] < 0 && waiting.TryGetValue(textOf(theirs[i]), out var same) && same.TryDequeue(out var match))
                    Take(i, match);
            }
        }

        void Take(int at, int match)
        {
            pairs[at] = match;
            isTaken[match] = true;
        }
    }
}
