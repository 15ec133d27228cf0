using System.Text.Json;
using Formae.Model;
using Formae.Sdk;

namespace Formae.Plugins.AzureResources.Arm;

/// <summary>Walks lists. Azure says how long its pages are; the engine how many ids it wants at once, so a page of Azure's may be told in parts.</summary>
internal sealed class ArmPages(ArmConnection azure, int most)
{
    /// <summary>One page of the ids in a list.</summary>
    public async Task<IdPage> ListAsync(string collection, string apiVersion, string? token, CancellationToken cancellationToken)
    {
        if (TryRead(token, out var place) is { } wrong)
            return new IdPage([], null, wrong);
        var (ids, next, problem) = await PageAsync(collection, apiVersion, place.Link, cancellationToken).ConfigureAwait(false);
        if (problem is not null)
            return new IdPage([], null, problem);
        var part = ids.Skip(place.Offset).Take(most).ToList();
        var following = place.Offset + part.Count < ids.Count ? place with { Offset = place.Offset + part.Count }
            : next is null ? null
            : new PagePlace { Link = next };
        return new IdPage(part, following?.ToString(), null);
    }

    /// <summary>One page of what is below all parents, parent by parent.</summary>
    /// <param name="parents">The list of the parents.</param>
    /// <param name="collectionOf">The list below a parent, by the parent's id.</param>
    /// <param name="apiVersion">For both.</param>
    /// <param name="token">Where to go on.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<IdPage> ListBelowAsync(string parents, Func<string, string> collectionOf, string apiVersion, string? token, CancellationToken cancellationToken)
    {
        if (TryRead(token, out var place) is { } wrong)
            return new IdPage([], null, wrong);
        var (ids, next, problem) = await PageAsync(parents, apiVersion, place.Link, cancellationToken).ConfigureAwait(false);
        if (problem is not null)
            return new IdPage([], null, problem);
        var below = new IdPage([], null, null);
        if (place.Offset < ids.Count)
        {
            below = await ListAsync(collectionOf(ids[place.Offset]), apiVersion, place.Below, cancellationToken).ConfigureAwait(false);

            // The parent has gone since it was listed, and all below it.
            if (below.Problem is { Code: ProblemCodes.NotFound })
                below = new IdPage([], null, null);
            if (below.Problem is not null)
                return below;
        }

        var following = below.Next is { } rest ? place with { Below = rest }
            : place.Offset + 1 < ids.Count ? place with { Offset = place.Offset + 1, Below = null }
            : next is null ? null
            : new PagePlace { Link = next };
        return below with { Next = following?.ToString() };
    }

    private async Task<(IReadOnlyList<string> Ids, string? Next, Problem? Problem)> PageAsync(string collection, string apiVersion, string? link, CancellationToken cancellationToken)
    {
        var answer = link is null
            ? await azure.GetAsync(collection, apiVersion, cancellationToken).ConfigureAwait(false)
            : await azure.FollowAsync(link, cancellationToken).ConfigureAwait(false);
        if (answer.Problem is { } problem)
            return ([], null, problem);
        if (answer.Body is not { ValueKind: JsonValueKind.Object } body || !body.TryGetProperty("value", out var values) || values.ValueKind != JsonValueKind.Array)
            return ([], null, Problems.Of(ProblemCodes.GeneralServiceException, "Azure answered a list that is none."));
        var next = body.TryGetProperty("nextLink", out var given) && given.ValueKind == JsonValueKind.String && given.GetString() is { Length: > 0 } following ? following : null;
        return ([.. values.EnumerateArray().Select(value => value.TryGetProperty("id", out var id) ? id.GetString() : null).OfType<string>()], next, null);
    }

    private static Problem? TryRead(string? token, out PagePlace place)
    {
        place = new PagePlace();
        if (token is null)
            return null;
        try
        {
            place = JsonSerializer.Deserialize(token, AzureJson.Default.PagePlace) ?? place;
            return null;
        }
        catch (JsonException)
        {
            return Problems.InvalidRequest("The page token is none of this plugin's.");
        }
    }
}

/// <param name="Ids">The page.</param>
/// <param name="Next">Where to go on; null after the last page.</param>
/// <param name="Problem">Why there is none.</param>
internal sealed record IdPage(IReadOnlyList<string> Ids, string? Next, Problem? Problem);

/// <summary>Where a walk through a list is.</summary>
internal sealed record PagePlace
{
    /// <summary>The page, as Azure named it; null is the first one.</summary>
    public string? Link { get; init; }

    /// <summary>What of the page was told already.</summary>
    public int Offset { get; init; }

    /// <summary>Where the walk below the parent at the offset is.</summary>
    public string? Below { get; init; }

    public override string ToString() => JsonSerializer.Serialize(this, AzureJson.Default.PagePlace);
}
