using System.Globalization;
using Formae.Coordination.Queries;
using Formae.Protocol.Http;
using Microsoft.AspNetCore.Http;

namespace Formae.Coordinator.Http;

/// <summary>
/// What requests for lists have in common: a query, how many (<c>max_results</c>) and where to go on (<c>continuation</c>). The place of the next page
/// travels in a header, because the bodies of lists are those of the original, which has no pages.
/// </summary>
internal sealed class ListRequest
{
    private readonly HttpRequest _request;
    private readonly string _list;
    private string _queryText = "";

    private ListRequest(HttpRequest request, string list) => (_request, _list) = (request, list);

    public Query Query { get; private set; } = Query.Everything;

    public Page Page { get; private set; } = Page.All;

    /// <param name="request">The request.</param>
    /// <param name="list">Names the list in its tokens.</param>
    /// <param name="fields">The fields of its query.</param>
    /// <param name="usual">How many when nothing is said; null for all.</param>
    /// <param name="most">More than this is cut down to it.</param>
    /// <param name="isPlace">Tells what can be a place in the list: a token proves nothing.</param>
    /// <param name="refusal">The answer when something is wrong.</param>
    public static ListRequest? Read(HttpRequest request, string list, IReadOnlyCollection<string> fields, int? usual, int most, Predicate<string> isPlace, out IResult? refusal)
    {
        refusal = null;
        var found = new ListRequest(request, list) { _queryText = (string?)request.Query["query"] ?? "" };
        var limit = usual;
        if (request.Query.TryGetValue("max_results", out var asked))
        {
            if (!long.TryParse(asked, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) || number < 1)
                refusal = Answers.BadRequest($"max_results is '{asked}'; it is a whole number, 1 or more.");
            limit = (int)Math.Min(number, most);
        }

        string? after = null;
        if ((string?)request.Query["continuation"] is { Length: > 0 } token)
        {
            if (Continuation.TryRead(token, list, found._queryText, out var place) && isPlace(place))
                after = place;
            else
                refusal ??= Answers.BadRequest($"The continuation is none of this list and query: send what the header {Headers.Next} of the page before held, with the same query.");
        }

        found.Page = new Page(limit, after);
        if (!Query.TryParse(found._queryText, fields, out var query, out var problem))
            refusal ??= Answers.BadQuery(problem);
        found.Query = query;
        return refusal is null ? found : null;
    }

    /// <summary>Tells the caller where the next page begins; the token for bodies that have a place for it.</summary>
    public string? Announce(string? next)
    {
        if (next is null)
            return null;
        var token = Continuation.Write(_list, _queryText, next);
        _request.HttpContext.Response.Headers[Headers.Next] = token;
        return token;
    }

    /// <summary>Another query and page in the place of what was asked for.</summary>
    public ListRequest With(Query query, Page page) => new(_request, _list) { _queryText = _queryText, Query = query, Page = page };
}
