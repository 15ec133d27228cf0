using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Formae.Model;
using Formae.Protocol.Http;

namespace Formae.Client;

/// <summary>
/// The control plane's HTTP API, typed. Safe for use from many threads. Every method throws <see cref="FormaeApiException"/> when the server refuses and
/// <see cref="FormaeConnectionException"/> when there is no answer.
/// </summary>
public sealed partial class FormaeClient : IDisposable
{
    private const string Root = "api/v1/";

    private readonly HttpClient _http;
    private readonly Uri _server;
    private readonly Func<CancellationToken, ValueTask<string>>? _token;

    /// <summary>A client of one control plane; no request is sent yet.</summary>
    /// <param name="options">Where it is and who asks.</param>
    public FormaeClient(FormaeClientOptions options)
    {
        (_server, _token) = (options.Server, options.Token);
        _http = new HttpClient(new SocketsHttpHandler { UseProxy = !options.Server.IsLoopback, AutomaticDecompression = DecompressionMethods.All })
        {
            BaseAddress = new Uri(options.Server.AbsoluteUri.TrimEnd('/') + "/"),
            Timeout = options.Timeout,
        };
        _http.DefaultRequestHeaders.Add(Headers.ClientId, options.ClientId);
        if (options.Key is { Length: > 0 } key)
            _http.DefaultRequestHeaders.Add("x-functions-key", key);
    }

    /// <summary>Where the control plane is.</summary>
    public Uri Server => _server;

    /// <summary>Gives a command, or with <see cref="SubmitRequest.Simulate"/> asks what it would do.</summary>
    /// <param name="request">The command.</param>
    /// <param name="cancellation">Gives up waiting; a command that was accepted goes on.</param>
    /// <returns>The plan; <see cref="SubmitCommandResponse.CommandId"/> is empty when nothing runs.</returns>
    public async Task<SubmitCommandResponse> SubmitAsync(SubmitRequest request, CancellationToken cancellation = default)
    {
        using var message = new HttpRequestMessage(HttpMethod.Post, Root + "commands") { Content = Form(request) };
        return await SendAsync(message, HttpJson.Default.SubmitCommandResponse, cancellation);
    }

    /// <summary>One command with everything it does.</summary>
    /// <param name="id">The command's id.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<Command> GetCommandAsync(string id, CancellationToken cancellation = default)
    {
        var list = await GetAsync($"commands/{Uri.EscapeDataString(id)}/status", HttpJson.Default.CommandList, cancellation);
        return list.Commands.Count > 0
            ? list.Commands[0]
            : throw new FormaeApiException(404, new ErrorResponse { Error = ErrorCodes.NotFound, Message = $"There is no command '{id}'." });
    }

    /// <summary>Commands, newest first; none is an empty list.</summary>
    /// <param name="query">In the query language, such as <c>status:Failed</c>. Default: all.</param>
    /// <param name="scope">Whose. Default everyone's.</param>
    /// <param name="max">1 to 200. Default 10.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<IReadOnlyList<Command>> ListCommandsAsync(string? query = null, CommandScope scope = CommandScope.Agent, int max = 10, CancellationToken cancellation = default)
    {
        var path = $"commands/status?scope={(scope == CommandScope.Client ? "client" : "agent")}&max_results={max.ToString(CultureInfo.InvariantCulture)}{Parameter("query", query)}";
        return (await GetOrEmptyAsync(path, HttpJson.Default.CommandList, new CommandList(), cancellation)).Commands;
    }

    /// <summary>Live resources with the stacks and targets they are on; none is an empty document.</summary>
    /// <param name="query">In the query language, such as <c>stack:web type:*::Bucket</c>. Default: all.</param>
    /// <param name="cancellation">Gives up.</param>
    public Task<Forma> GetResourcesAsync(string? query = null, CancellationToken cancellation = default) =>
        GetOrEmptyAsync("resources?" + Parameter("query", query).TrimStart('&'), HttpJson.Default.Forma, new Forma(), cancellation);

    /// <summary>Live stacks; none is an empty list.</summary>
    /// <param name="cancellation">Gives up.</param>
    public Task<IReadOnlyList<Stack>> GetStacksAsync(CancellationToken cancellation = default) =>
        GetOrEmptyAsync("stacks", HttpJson.Default.IReadOnlyListStack, [], cancellation);

    /// <summary>Live targets; none is an empty list.</summary>
    /// <param name="query">In the query language, such as <c>namespace:AWS</c>. Default: all.</param>
    /// <param name="cancellation">Gives up.</param>
    public Task<IReadOnlyList<Target>> GetTargetsAsync(string? query = null, CancellationToken cancellation = default) =>
        GetOrEmptyAsync("targets?" + Parameter("query", query).TrimStart('&'), HttpJson.Default.IReadOnlyListTarget, [], cancellation);

    /// <summary>Policies, those with a label of their own and those that stand in a stack; none is an empty list.</summary>
    /// <param name="cancellation">Gives up.</param>
    public Task<IReadOnlyList<PolicyInventoryItem>> GetPoliciesAsync(CancellationToken cancellation = default) =>
        GetOrEmptyAsync("policies", HttpJson.Default.IReadOnlyListPolicyInventoryItem, [], cancellation);

    /// <summary>The plugins of the catalog, without their schemas.</summary>
    /// <param name="cancellation">Gives up.</param>
    public async Task<IReadOnlyList<Plugin>> GetPluginsAsync(CancellationToken cancellation = default) =>
        (await GetAsync("plugins", HttpJson.Default.PluginList, cancellation)).Plugins;

    /// <summary>One plugin with its schemas.</summary>
    /// <param name="name">Its name, as <see cref="GetPluginsAsync"/> tells it.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<Plugin> GetPluginAsync(string name, CancellationToken cancellation = default) =>
        (await GetAsync($"plugins/{Uri.EscapeDataString(name)}", HttpJson.Default.PluginAnswer, cancellation)).Plugin;

    /// <summary>A file that helps to write documents: <c>forma.json</c> (JSON Schema), <c>formae.pkl</c>, or <c>NAMESPACE.pkl</c> of a plugin.</summary>
    /// <param name="name">The file's name.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>Its bytes, UTF-8.</returns>
    public async Task<byte[]> GetSchemaAsync(string name, CancellationToken cancellation = default)
    {
        using var message = new HttpRequestMessage(HttpMethod.Get, $"{Root}schemas/{Uri.EscapeDataString(name)}");
        using var response = await AnswerAsync(message, cancellation);
        try
        {
            return await response.Content.ReadAsByteArrayAsync(cancellation);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw new FormaeConnectionException(_server, "the connection broke in the middle of the answer", e);
        }
    }

    /// <summary>What the control plane holds and does, in numbers.</summary>
    /// <param name="cancellation">Gives up.</param>
    public Task<Stats> GetStatsAsync(CancellationToken cancellation = default) => GetAsync("stats", HttpJson.Default.Stats, cancellation);

    /// <summary>Returns when the control plane serves; throws when it does not.</summary>
    /// <param name="cancellation">Gives up.</param>
    public async Task CheckHealthAsync(CancellationToken cancellation = default)
    {
        using var message = new HttpRequestMessage(HttpMethod.Get, Root + "health");
        using var response = await AnswerAsync(message, cancellation);
    }

    /// <summary>Closes the connections.</summary>
    public void Dispose() => _http.Dispose();

    private static MultipartFormDataContent Form(SubmitRequest request)
    {
        var form = new MultipartFormDataContent();
        void Field(string name, string value) => form.Add(new StringContent(value), name);
        Field("command", request.Kind.ToString().ToLowerInvariant());
        if (request.Mode is { } mode)
            Field("mode", mode == SubmitMode.Reconcile ? "reconcile" : "patch");
        if (request.Simulate)
            Field("simulate", "true");
        if (request.Force)
            Field("force", "true");
        if (request.Query is { Length: > 0 } query)
            Field("query", query);
        if (request.Stack is { Length: > 0 } stack)
            Field("stack", stack);
        if (request.To is { Length: > 0 } to)
            Field("to", to);
        if (request.Kind == SubmitKind.Destroy || request.OnDependents != DependentsChoice.Abort)
            Field("on-dependents", request.OnDependents == DependentsChoice.Cascade ? "cascade" : "abort");
        foreach (var (name, value) in request.Parameters)
            Field($"prop:{name}", value);
        if (request.File is { } file)
        {
            var content = new ReadOnlyMemoryContent(file.Content);
            content.Headers.ContentType = new MediaTypeHeaderValue(file.ContentType);
            form.Add(content, "file", file.Name);
        }

        return form;
    }

    private static string Parameter(string name, string? value) => string.IsNullOrEmpty(value) ? "" : $"&{name}={Uri.EscapeDataString(value)}";

    private async Task<T> GetAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancellation)
    {
        using var message = new HttpRequestMessage(HttpMethod.Get, Root + path.TrimEnd('?'));
        return await SendAsync(message, type, cancellation);
    }

    // A listing that finds nothing is answered with 404; to a caller it is an empty one.
    private async Task<T> GetOrEmptyAsync<T>(string path, JsonTypeInfo<T> type, T empty, CancellationToken cancellation)
    {
        try
        {
            return await GetAsync(path, type, cancellation);
        }
        catch (FormaeApiException e) when (e is { Status: 404, Response.Error: ErrorCodes.NotFound })
        {
            return empty;
        }
    }

    private async Task<T> SendAsync<T>(HttpRequestMessage message, JsonTypeInfo<T> type, CancellationToken cancellation)
    {
        using var response = await AnswerAsync(message, cancellation);
        return await ReadAsync(response, type, cancellation);
    }

    private async Task<T> ReadAsync<T>(HttpResponseMessage response, JsonTypeInfo<T> type, CancellationToken cancellation)
    {
        try
        {
            await using var body = await response.Content.ReadAsStreamAsync(cancellation);
            return await JsonSerializer.DeserializeAsync(body, type, cancellation) ?? throw NotOurs(response, "the body is null");
        }
        catch (JsonException e)
        {
            throw NotOurs(response, e.Message);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw new FormaeConnectionException(_server, "the connection broke in the middle of the answer", e);
        }
    }

    private async Task<HttpResponseMessage> AnswerAsync(HttpRequestMessage message, CancellationToken cancellation, HttpCompletionOption completion = HttpCompletionOption.ResponseContentRead)
    {
        if (_token is not null)
            message.Headers.Authorization = new AuthenticationHeaderValue("Bearer", await _token(cancellation));
        HttpResponseMessage response;
        try
        {
            response = await _http.SendAsync(message, completion, cancellation);
        }
        catch (HttpRequestException e)
        {
            throw new FormaeConnectionException(_server, Reason(e), e);
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            throw new FormaeConnectionException(_server, $"it took longer than {_http.Timeout.TotalSeconds:0.#} seconds", e);
        }

        if (response.IsSuccessStatusCode)
            return response;
        using (response)
            throw await RefusalAsync(response, cancellation);
    }

    private static string Reason(HttpRequestException e) => e.InnerException switch
    {
        SocketException { SocketErrorCode: SocketError.ConnectionRefused } => "nothing listens there",
        SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.TryAgain or SocketError.NoData } => "the host is not known",
        SocketException socket => socket.Message.TrimEnd('.'),
        IOException => "the connection broke",
        _ => e.Message.TrimEnd('.'),
    };

    private static async Task<FormaeApiException> RefusalAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        var text = await response.Content.ReadAsStringAsync(cancellation);
        try
        {
            if (text.Length > 0 && JsonSerializer.Deserialize(text, HttpJson.Default.ErrorResponse) is { Error.Length: > 0 } error)
                return new FormaeApiException((int)response.StatusCode, error);
        }
        catch (JsonException)
        {
            // Not our shape: what it says is shown as it is.
        }

        return response.StatusCode == HttpStatusCode.Unauthorized
            ? new FormaeApiException(401, new ErrorResponse { Error = ErrorCodes.Unauthorized, Message = "The server wants a key, or another one." })
            : NotOurs(response, text);
    }

    private static FormaeApiException NotOurs(HttpResponseMessage response, string text)
    {
        var start = text.Trim().ReplaceLineEndings(" ");
        var message = $"The server answered {(int)response.StatusCode} in a shape that is not Formae's{(start.Length == 0 ? "." : $": {(start.Length > 200 ? start[..200] + "…" : start)}")}";
        return new FormaeApiException((int)response.StatusCode, new ErrorResponse { Error = "UnexpectedAnswer", Message = message });
    }
}
