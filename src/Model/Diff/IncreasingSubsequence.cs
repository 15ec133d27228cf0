namespace Formae.Model;

internal static class IncreasingSubsequence
{
    /// <summary>The indexes of a longest increasing subsequence of the values that are not negative.</summary>
    public static HashSet<int> Of(IReadOnlyList<int> values)
    {
        // tails[n] is the index of the smallest value that ends an increasing run of n + 1 values.
        var tails = new List<int>();
        var previous = new int[values.Count];
        for (var i = 0; i < values.Count; i++)
        {
            if (values[i] < 0)
                continue;
            int low = 0, high = tails.Count;
            while (low < high)
            {
                var middle = (low + high) / 2;
                if (values[tails[middle]] < values[i])
                    low = middle + 1;
                else
                    high = middle;
            }

            previous[i] = low == 0 ? -1 : tails[low - 1];
            if (low == tails.Count)
                tails.Add(i);
            else
                tails[low] = i;
        }

        var found = new HashSet<int>();
        for (var i = tails.Count == 0 ? -1 : tails[^1]; i >= 0; i = previous[i])
            found.Add(i);
        return found;
    }
}
