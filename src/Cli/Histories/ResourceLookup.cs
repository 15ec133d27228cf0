using Formae.Cli.CommandLine;
using Formae.Model;
using Formae.Protocol.Http;

namespace Formae.Cli.Histories;

/// <summary>Finds the resource that a person means: by its KSUID, by its label, or as <c>stack/type/label</c>; one that is gone in the history of its stack.</summary>
internal sealed class ResourceLookup(Session session)
{
    private const int PageSize = 200;

    /// <summary>The KSUIDs that the name may stand for, each with what tells it from the others.</summary>
    public async Task<IReadOnlyList<(string Ksuid, string Name)>> FindAsync(string name, string? stack)
    {
        if (Ksuid.IsValid(name))
            return [(name, name)];
        var (inStack, type, label) = name.Split('/', 3) is [{ Length: > 0 } first, { Length: > 0 } second, { Length: > 0 } third] ? (first, second, third) : (stack, null, name);
        if (stack is not null)
            return await LoggedAsync(stack, type, label);
        var alive = await AliveAsync(inStack, type, label);
        return alive.Count > 0 || inStack is null ? alive : await LoggedAsync(inStack, type, label);
    }

    private async Task<IReadOnlyList<(string Ksuid, string Name)>> AliveAsync(string? stack, string? type, string label)
    {
        // A label may hold what means something in a query: then everything is read and looked through here.
        var isPlain = label.All(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_' or '.');
        var forma = await session.Client.GetResourcesAsync(isPlain ? $"label:{label}" : null, session.Cancellation);
        return [.. forma.Resources
            .Where(resource => resource.Label == label && (stack is null || resource.Stack == stack) && (type is null || string.Equals(resource.Type, type, StringComparison.OrdinalIgnoreCase)))
            .Select(resource => (resource.Ksuid!, resource.Key.ToString()))];
    }

    private async Task<IReadOnlyList<(string Ksuid, string Name)>> LoggedAsync(string stack, string? type, string label)
    {
        var found = new List<ChangedResource>();
        string? next = null;
        do
        {
            var page = await session.Client.GetStackHistoryAsync(stack, label, next, PageSize, session.Cancellation);
            found.AddRange(page.Changes.SelectMany(change => change.Resources ?? []));
            next = page.Next;
        }
        while (next is not null);
        return [.. found.Where(resource => type is null || string.Equals(resource.Type, type, StringComparison.OrdinalIgnoreCase)).DistinctBy(resource => resource.Ksuid)
            .Select(resource => (resource.Ksuid, $"{stack}/{resource.Type}/{resource.Label}{(resource.Operation == "delete" ? $", deleted {HistoryView.Time(Ksuid.TimeOf(resource.Version))}" : "")}"))];
    }
}
