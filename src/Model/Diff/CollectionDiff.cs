using System.Text.Json;

namespace Formae.Model;

/// <summary>
/// Arrays, by what their hint says they are. Within one collection removals come first, from the highest index down, then changes, then
/// additions, and every index is the one that is right after the operations before it.
/// </summary>
internal static class CollectionDiff
{
    public static void Between(DiffWalk walk, JsonElement actual, JsonElement desired, HintTree hints, PropertyPath path, bool isCreateOnly)
    {
        var before = actual.EnumerateArray().ToList();
        var after = desired.EnumerateArray().ToList();
        var collection = new Collection(walk, before, after, hints, path, isCreateOnly);
        switch (hints.Hint)
        {
            case { UpdateMethod: UpdateMethod.EntitySet, IndexField: { Length: > 0 } key }:
                EntitySet(collection, key);
                break;
            case { UpdateMethod: UpdateMethod.Array } when before.Count == after.Count:
                for (var i = 0; i < after.Count; i++)
                    walk.Value(before[i], after[i], hints, PropertyPath.Of(path, i), isCreateOnly);
                break;
            case { UpdateMethod: UpdateMethod.Array }:
                Sequence(collection);
                break;
            default:
                ValueSet(collection);
                break;
        }
    }

    private static void ValueSet(Collection collection)
    {
        var keys = new ElementKeys(collection.Before, collection.After, collection.Hints);
        var isWanted = new bool[collection.Before.Count];
        var missing = new List<int>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < collection.After.Count; i++)
        {
            var matches = keys.AllMatching(i);
            foreach (var match in matches)
                isWanted[match] = true;
            if (matches.Count == 0 && seen.Add(keys.Desired(i)))
                missing.Add(i);
        }

        var remaining = collection.RemoveUnless(index => isWanted[index]);
        collection.Append(missing, remaining);
    }

    private static void EntitySet(Collection collection, string keyField)
    {
        var (hints, walk) = (collection.Hints, collection.Walk);
        var desired = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < collection.After.Count; i++)
            desired.TryAdd(Key(collection.After[i]), i);

        var matched = new Dictionary<string, int>(StringComparer.Ordinal);
        var isKept = new bool[collection.Before.Count];
        for (var i = 0; i < collection.Before.Count; i++)
        {
            var key = Key(collection.Before[i]);
            isKept[i] = desired.ContainsKey(key) ? matched.TryAdd(key, i) : hints.Hint.HasProviderDefault;
        }

        var remaining = collection.RemoveUnless(index => isKept[index]);
        var isRemoving = remaining < collection.Before.Count;
        var index = 0;
        for (var i = 0; i < collection.Before.Count; i++)
        {
            if (isRemoving && !isKept[i])
                continue;
            if (isKept[i] && desired.TryGetValue(Key(collection.Before[i]), out var wanted))
                walk.Value(collection.Before[i], collection.After[wanted], hints, PropertyPath.Of(collection.Path, index), collection.IsCreateOnly);
            else
                walk.Unmentioned(collection.Before[i], hints, PropertyPath.Of(collection.Path, index), collection.IsCreateOnly);
            index++;
        }

        collection.Append(desired.Where(pair => !matched.ContainsKey(pair.Key)).Select(pair => pair.Value).Order(), remaining);

        // An element without the key is told apart by all it holds.
        string Key(JsonElement element)
        {
            if (element.ValueKind == JsonValueKind.Object && !Envelope.IsEnvelope(element) && element.TryGetProperty(keyField, out var key) && !CanonicalText.IsEmpty(key))
                return "k" + CanonicalText.Of(key, hints.Child(keyField), Sense.Declaration);
            return "v" + CanonicalText.Of(element, hints, Sense.Declaration);
        }
    }

    // Lengths differ. What is in both keeps its place as far as the order allows; the rest is taken out and put in where it belongs.
    private static void Sequence(Collection collection)
    {
        var keys = new ElementKeys(collection.Before, collection.After, collection.Hints);
        var partner = new int[collection.Before.Count];
        Array.Fill(partner, -1);
        var isThere = new bool[collection.After.Count];
        for (var i = 0; i < collection.After.Count; i++)
        {
            if (keys.TakeMatching(i) is not { } match)
                continue;
            partner[match] = i;
            isThere[i] = true;
        }

        // Where everything that is there is wanted too, the desired array is the whole one in either mode: appending in another order
        // would give an array of the same length that differs again.
        if (collection.Walk.Mode == DiffMode.EnsureExists && partner.Contains(-1))
        {
            collection.Append(Enumerable.Range(0, isThere.Length).Where(index => !isThere[index]), collection.Before.Count);
            return;
        }

        var inOrder = IncreasingSubsequence.Of(partner);
        var stays = new int[collection.After.Count];
        Array.Fill(stays, -1);
        foreach (var index in inOrder)
            stays[partner[index]] = index;
        collection.Remove(index => !inOrder.Contains(index));
        for (var i = 0; i < collection.After.Count; i++)
        {
            if (stays[i] < 0)
                collection.Add(i, i);
        }

        // What is alike as a whole may still differ in what one of its own elements says of a provider's field and another does not.
        for (var i = 0; collection.Hints.HasProviderDefaults && i < collection.After.Count; i++)
        {
            if (stays[i] >= 0)
                collection.Walk.Value(collection.Before[stays[i]], collection.After[i], collection.Hints, PropertyPath.Of(collection.Path, i), collection.IsCreateOnly);
        }
    }

    /// <summary>Both sides of one array and where it is.</summary>
    private sealed record Collection(DiffWalk Walk, List<JsonElement> Before, List<JsonElement> After, HintTree Hints, PropertyPath Path, bool IsCreateOnly)
    {
        /// <summary>Removes where the mode removes at all; answers how many remain.</summary>
        public int RemoveUnless(Func<int, bool> isKept) => Walk.Mode == DiffMode.EnsureExists ? Before.Count : Remove(index => !isKept(index));

        /// <summary>Removes from the highest index down; answers how many remain.</summary>
        public int Remove(Func<int, bool> isGoing)
        {
            var remaining = Before.Count;
            for (var i = Before.Count - 1; i >= 0; i--)
            {
                if (!isGoing(i))
                    continue;
                Walk.Note(PatchVerb.Remove, PropertyPath.Of(Path, i), default, Hints, IsCreateOnly);
                remaining--;
            }

            return remaining;
        }

        public void Append(IEnumerable<int> desired, int end)
        {
            foreach (var index in desired)
                Add(index, end++);
        }

        public void Add(int desired, int at) => Walk.Note(PatchVerb.Add, PropertyPath.Of(Path, at), After[desired], Hints, IsCreateOnly);
    }
}
