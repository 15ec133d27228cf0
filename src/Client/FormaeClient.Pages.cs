using System.Globalization;
using System.Text.Json.Serialization.Metadata;
using Formae.Model;
using Formae.Protocol.Http;

namespace Formae.Client;

/// <summary>Long lists, a page at a time.</summary>
public sealed partial class FormaeClient
{
    /// <summary>A page of commands, newest first; what is added meanwhile is on none of the pages that follow.</summary>
    /// <param name="query">In the query language, such as <c>status:Failed</c>. Default: all, of everyone.</param>
    /// <param name="max">1 to 200. Default 200.</param>
    /// <param name="continuation">The <see cref="Page{T}.Next"/> of the page before, of the same query. Default null: the first.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<Page<IReadOnlyList<Command>>> GetCommandPageAsync(string? query = null, int max = 200, string? continuation = null, CancellationToken cancellation = default)
    {
        var page = await GetPageAsync($"commands/status?scope=agent{Parameter("query", query)}", max, continuation, HttpJson.Default.CommandList, new CommandList(), cancellation);
        return new(page.Items.Commands, page.Next);
    }

    /// <summary>A page of live resources, with the stacks, targets and policies that those on it need.</summary>
    /// <param name="query">In the query language, such as <c>stack:web type:*::Bucket</c>. Default: all.</param>
    /// <param name="max">1 or more. Default 1000.</param>
    /// <param name="continuation">The <see cref="Page{T}.Next"/> of the page before, of the same query. Default null: the first.</param>
    /// <param name="cancellation">Gives up.</param>
    public Task<Page<Forma>> GetResourcePageAsync(string? query = null, int max = 1000, string? continuation = null, CancellationToken cancellation = default) =>
        GetPageAsync($"resources?{Parameter("query", query).TrimStart('&')}", max, continuation, HttpJson.Default.Forma, new Forma(), cancellation);

    private async Task<Page<T>> GetPageAsync<T>(string path, int max, string? continuation, JsonTypeInfo<T> type, T empty, CancellationToken cancellation)
    {
        using var message = new HttpRequestMessage(HttpMethod.Get, $"{Root}{path}&max_results={max.ToString(CultureInfo.InvariantCulture)}{Parameter("continuation", continuation)}");
        try
        {
            using var response = await AnswerAsync(message, cancellation);
            var next = response.Headers.TryGetValues(Headers.Next, out var values) ? values.FirstOrDefault() : null;
            return new(await ReadAsync(response, type, cancellation), next);
        }
        catch (FormaeApiException e) when (e is { Status: 404, Response.Error: ErrorCodes.NotFound })
        {
            return new(empty, null);
        }
    }
}

/// <summary>A part of a long list.</summary>
/// <param name="Items">What is on it.</param>
/// <param name="Next">What to ask with for the next one; null when this is the last.</param>
public sealed record Page<T>(T Items, string? Next);
