using Azure;

namespace Formae.Embedded.Tables;

/// <summary>Asks for page after page until one comes without a continuation token.</summary>
internal sealed class TablePageable<T>(int? maxPerPage, Func<string?, int?, Task<Page<T>>> ask) : AsyncPageable<T>
    where T : notnull
{
    public override async IAsyncEnumerable<Page<T>> AsPages(string? continuationToken = null, int? pageSizeHint = null)
    {
        do
        {
            var page = await ask(continuationToken, pageSizeHint ?? maxPerPage).ConfigureAwait(false);
            yield return page;
            continuationToken = page.ContinuationToken;
        }
        while (!string.IsNullOrEmpty(continuationToken));
    }
}

/// <summary>The answer for an entity that is not there.</summary>
internal sealed class NoEntityResponse<T>(Response response) : NullableResponse<T>
{
    public override bool HasValue => false;

    public override T Value => throw new InvalidOperationException("The entity does not exist: the response has no value.");

    public override Response GetRawResponse() => response;
}
