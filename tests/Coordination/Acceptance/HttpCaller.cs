using System.Reflection;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Formae.Coordination.Tests.Cluster;
using Formae.Coordinator.Http;
using Formae.Coordinator.Http.Access;
using Formae.Coordinator.Http.Description;
using Formae.Protocol.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Formae.Coordination.Tests.Acceptance;

/// <summary>Calls the coordinator's HTTP functions by their routes, through its access control, in one process with the control plane.</summary>
internal sealed class HttpCaller(ControlPlane plane, params (string Name, string Value)[] settings)
{
    private readonly AccessGate _gate = Gate(settings);

    /// <summary>Sent with every request; null for none.</summary>
    public string? Client { get; init; } = "tests";

    public Dictionary<string, string> Headers { get; init; } = [];

    public static AccessGate Gate(params (string Name, string Value)[] settings)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(settings.ToDictionary(setting => setting.Name, setting => (string?)setting.Value)).Build();
        return new ServiceCollection().AddLogging().AddSingleton(TimeProvider.System).AddAccessControl(configuration).BuildServiceProvider().GetRequiredService<AccessGate>();
    }

    public Task<HttpAnswer> DeleteAsync(string path) => SendAsync("delete", path, null);

    public Task<HttpAnswer> GetAsync(string path) => SendAsync("get", path, null);

    public Task<HttpAnswer> PostAsync(string path, string? document = null) => SendAsync("post", path, document is null ? null : new StringContent(document, Encoding.UTF8, "application/yaml"));

    /// <summary>Sends a body as it is.</summary>
    public Task<HttpAnswer> PostAsync(string path, string body, System.Net.Http.Headers.MediaTypeHeaderValue contentType) => SendAsync("post", path, new StringContent(body, contentType));

    public Task<HttpAnswer> PostAsync(string path, params (string Name, string Value)[] fields)
    {
        var form = new MultipartFormDataContent();
        foreach (var (name, value) in fields)
        {
            if (name == "file")
                form.Add(new StringContent(value), name, "forma.yaml");
            else
                form.Add(new StringContent(value), name);
        }

        return SendAsync("post", path, form);
    }

    /// <summary>Asks for a stream, which is read while it is written.</summary>
    /// <param name="path">The path.</param>
    /// <param name="body">Takes what is written.</param>
    /// <param name="aborted">The caller hangs up.</param>
    public Task<HttpAnswer> StreamAsync(string path, Stream body, CancellationToken aborted) => SendAsync("get", path, null, body, aborted);

    private async Task<HttpAnswer> SendAsync(string verb, string pathAndQuery, HttpContent? content, Stream? body = null, CancellationToken aborted = default)
    {
        var (path, query) = pathAndQuery.Split('?', 2) is [var before, var after] ? (before, "?" + after) : (pathAndQuery, "");
        var (function, values) = Find(verb, path);
        var context = new DefaultHttpContext { RequestServices = plane.Get<IServiceProvider>() };
        context.Request.Method = verb.ToUpperInvariant();
        context.Request.Path = path;
        context.Request.QueryString = new QueryString(query);
        context.Response.Body = body ?? new MemoryStream();
        context.RequestAborted = aborted;
        if (Client is not null)
            context.Request.Headers[Protocol.Http.Headers.ClientId] = Client;
        foreach (var (name, value) in Headers)
            context.Request.Headers[name] = value;
        if (content is not null)
        {
            context.Request.Body = await content.ReadAsStreamAsync();
            context.Request.ContentType = content.Headers.ContentType?.ToString();
            context.Request.ContentLength = content.Headers.ContentLength;
        }

        var result = await _gate.CheckAsync(context, function) ?? await InvokeAsync(function.Method, context.Request, values);
        await result.ExecuteAsync(context);
        if (body is not null)
            return new HttpAnswer(context.Response.StatusCode, context.Response.Headers, "");
        context.Response.Body.Position = 0;
        return new HttpAnswer(context.Response.StatusCode, context.Response.Headers, await new StreamReader(context.Response.Body).ReadToEndAsync());
    }

    /// <summary>A route with fewer parameters is the nearer one, as in the host.</summary>
    private static (HttpFunction Function, Dictionary<string, string> Values) Find(string verb, string path)
    {
        var segments = path.Split('/');
        var fitting = from function in HttpApi.Functions.Values
                      where function.Verbs.Contains(verb)
                      let route = function.Path.Split('/')
                      where route.Length == segments.Length && route.Zip(segments).All(pair => pair.First.StartsWith('{') || pair.First == pair.Second)
                      let values = route.Zip(segments).Where(pair => pair.First.StartsWith('{')).ToDictionary(pair => pair.First.Trim('{', '}'), pair => Uri.UnescapeDataString(pair.Second))
                      orderby values.Count
                      select (function, values);
        return fitting.First();
    }

    private async Task<IResult> InvokeAsync(MethodInfo method, HttpRequest request, Dictionary<string, string> values)
    {
        var arguments = method.GetParameters().Select(object? (parameter) =>
            parameter.ParameterType == typeof(HttpRequest) ? request
            : parameter.ParameterType == typeof(DurableTaskClient) ? plane.Client
            : parameter.ParameterType == typeof(CancellationToken) ? TestContext.Current.CancellationToken
            : values[parameter.Name!]).ToArray();
        var instance = method.IsStatic ? null : new Provider(plane.Get<IServiceProvider>()).Make(method.DeclaringType!);
        return method.Invoke(instance, BindingFlags.DoNotWrapExceptions, null, arguments, null) switch
        {
            Task<IResult> task => await task,
            IResult result => result,
            var other => throw new InvalidOperationException($"{method} answers with {other}."),
        };
    }

    /// <summary>What the coordinator's own composition adds to the control plane's services.</summary>
    private sealed class Provider(IServiceProvider inner) : IServiceProvider
    {
        public object? GetService(Type type) => inner.GetService(type) ?? (type == typeof(IHostApplicationLifetime) ? new Running() : null) ?? (type.Assembly == typeof(SubmissionReader).Assembly ? Make(type) : null);

        private sealed class Running : IHostApplicationLifetime
        {
            public CancellationToken ApplicationStarted => CancellationToken.None;

            public CancellationToken ApplicationStopping => CancellationToken.None;

            public CancellationToken ApplicationStopped => CancellationToken.None;

            public void StopApplication() => throw new NotSupportedException();
        }

        public object Make(Type type) => ActivatorUtilities.CreateInstance(this, type);
    }
}

internal sealed record HttpAnswer(int Status, IHeaderDictionary Headers, string Text)
{
    public JsonElement Json => JsonDocument.Parse(Text).RootElement;

    public string? Next => Headers[Protocol.Http.Headers.Next];

    public string ErrorCode => As(HttpJson.Default.ErrorResponse).Error;

    public T As<T>(JsonTypeInfo<T> type) => JsonSerializer.Deserialize(Text, type)!;
}
