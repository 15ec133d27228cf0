using Formae.Protocol.Http;

namespace Formae.Client;

public sealed partial class FormaeClient
{
    /// <summary>
    /// Cancels commands that run: what has not started does not start, and what runs comes to its end. Refused with <see cref="ErrorCodes.NotFound"/> when none of those that
    /// are meant runs, and with <see cref="ErrorCodes.CancelFailed"/> when some could not be canceled; asking again is safe.
    /// </summary>
    /// <param name="query">In the query language, such as <c>id:ID</c> or <c>stack:web</c>; it reaches the newest 100. Default: the last command of this client.</param>
    /// <param name="force">Do not wait for what runs: the commands are over at once. Default false.</param>
    /// <param name="cancellation">Gives up waiting; what was canceled stays canceled.</param>
    /// <returns>The commands, and how their updates stood. How they end, their status tells.</returns>
    public async Task<CancelCommandResponse> CancelAsync(string? query = null, bool force = false, CancellationToken cancellation = default)
    {
        var form = new MultipartFormDataContent { { new StringContent(force ? "true" : "false"), "force" } };
        if (query is { Length: > 0 })
            form.Add(new StringContent(query), "query");
        using var message = new HttpRequestMessage(HttpMethod.Post, Root + "commands/cancel") { Content = form };
        return await SendAsync(message, HttpJson.Default.CancelCommandResponse, cancellation);
    }
}
