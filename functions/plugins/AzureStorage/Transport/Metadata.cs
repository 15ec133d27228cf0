using System.Text.RegularExpressions;
using Azure.Core;
using Formae.Model;
using Formae.Sdk;

namespace Formae.Plugins.AzureStorage.Transport;

/// <summary>The metadata of containers, blobs and queues: headers of a name each. One of them is ours and is shown to nobody.</summary>
internal static partial class Metadata
{
    /// <summary>
    /// Which create has made the object: its operation id. A create whose message comes again, or whose answer was lost, knows its own work by it; whatever has
    /// another mark, or none, is somebody else's.
    /// </summary>
    public const string Mark = "formae_operation";

    private const string Prefix = "x-ms-meta-";
    private const int Largest = 8 * 1024;

    public static Problem? Check(IReadOnlyDictionary<string, string>? metadata)
    {
        foreach (var (name, value) in metadata ?? new Dictionary<string, string>())
        {
            if (!Name().IsMatch(name))
                return Problems.InvalidRequest($"'Metadata.{name}': names consist of lower-case letters, digits and underscores, no digit first; the service does not tell upper from lower case.");
            if (name == Mark)
                return Problems.InvalidRequest($"'Metadata.{name}' is used by formae itself.");
            if (value != value.Trim() || value.Any(character => character is < ' ' or > '~'))
                return Problems.InvalidRequest($"'Metadata.{name}': values consist of printable ASCII characters, without blanks at their ends; write others as base64.");
        }

        var size = metadata?.Sum(entry => entry.Key.Length + entry.Value.Length) ?? 0;
        return size > Largest ? Problems.ServiceLimit($"'Metadata' has {size} characters; the service takes {Largest}.") : null;
    }

    public static void Write(Request request, IReadOnlyDictionary<string, string>? metadata, string? mark)
    {
        // An empty text in a document is how it leaves a thing out.
        foreach (var (name, value) in metadata ?? new Dictionary<string, string>())
        {
            if (value.Length > 0)
                request.Headers.Add(Prefix + name, value);
        }

        if (mark is not null)
            request.Headers.Add(Prefix + Mark, mark);
    }

    public static IReadOnlyDictionary<string, string>? Of(Answer answer)
    {
        var found = answer.HeadersBelow(Prefix).Where(entry => entry.Name != Mark && entry.Value.Length > 0).ToDictionary(entry => entry.Name, entry => entry.Value, StringComparer.Ordinal);
        return found.Count == 0 ? null : found;
    }

    public static string? MarkOf(Answer answer) => answer[Prefix + Mark];

    public static bool Same(IReadOnlyDictionary<string, string>? one, IReadOnlyDictionary<string, string>? other)
    {
        static IEnumerable<KeyValuePair<string, string>> Sorted(IReadOnlyDictionary<string, string>? metadata) =>
            (metadata ?? new Dictionary<string, string>()).Where(entry => entry.Value.Length > 0).OrderBy(entry => entry.Key, StringComparer.Ordinal);

        return Sorted(one).SequenceEqual(Sorted(other));
    }

    [GeneratedRegex("^[a-z_][a-z0-9_]*$")]
    private static partial Regex Name();
}
