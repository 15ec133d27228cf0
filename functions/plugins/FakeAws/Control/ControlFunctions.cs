using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Http;

namespace Formae.Plugins.FakeAws;

/// <summary>The control surface over HTTP, under <c>/api/fakeaws</c>.</summary>
internal sealed class ControlFunctions(FakeAwsService aws, FakeAwsControlState control, PluginVersion version)
{
    [Function("FakeAwsHello")]
    public Task<HttpResponseData> HelloAsync([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "fakeaws/hello")] HttpRequestData request) => AnswerAsync(
        request,
        new Hello { Plugin = "fakeaws", Version = version.Text, ProcessId = Environment.ProcessId, CloudFile = aws.DefaultCloudFile, GateIsOpen = control.GateIsOpen },
        ControlJson.Default.Hello);

    [Function("FakeAwsInject")]
    public Task<HttpResponseData> InjectAsync([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "fakeaws/control/injections")] HttpRequestData request) =>
        TakeAsync(request, ControlJson.Default.Injection, control.Inject);

    [Function("FakeAwsClearInjections")]
    public HttpResponseData ClearInjections([HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "fakeaws/control/injections")] HttpRequestData request) =>
        Done(request, control.ClearInjections);

    [Function("FakeAwsProgram")]
    public Task<HttpResponseData> ProgramAsync([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "fakeaws/control/programs")] HttpRequestData request) =>
        TakeAsync(request, ControlJson.Default.ProgrammedAnswers, control.Program);

    [Function("FakeAwsClearPrograms")]
    public HttpResponseData ClearPrograms([HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "fakeaws/control/programs")] HttpRequestData request) =>
        Done(request, control.ClearPrograms);

    [Function("FakeAwsCloseGate")]
    public HttpResponseData CloseGate([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "fakeaws/control/gate/close")] HttpRequestData request) =>
        Done(request, () => control.CloseGate(int.TryParse(request.Query["after"], NumberStyles.None, CultureInfo.InvariantCulture, out var after) ? after : 0));

    [Function("FakeAwsOpenGate")]
    public HttpResponseData OpenGate([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "fakeaws/control/gate/open")] HttpRequestData request) =>
        Done(request, control.OpenGate);

    [Function("FakeAwsSetCounter")]
    public Task<HttpResponseData> SetCounterAsync([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "fakeaws/control/counter")] HttpRequestData request) =>
        TakeAsync(request, ControlJson.Default.CounterValue, value => CloudOf(request).RaiseCounter(value.Count));

    [Function("FakeAwsSnapshot")]
    public Task<HttpResponseData> SnapshotAsync([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "fakeaws/control/cloud")] HttpRequestData request) =>
        AnswerAsync<IReadOnlyList<CloudItem>>(request, [.. CloudOf(request).All().Select(CloudItems.ToItem)], ControlJson.Default.IReadOnlyListCloudItem);

    [Function("FakeAwsPut")]
    public Task<HttpResponseData> PutAsync([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "fakeaws/control/cloud")] HttpRequestData request) =>
        TakeAsync(request, ControlJson.Default.CloudItem, item => CloudOf(request).Put(item.ToObject()));

    [Function("FakeAwsChange")]
    public Task<HttpResponseData> ChangeAsync([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "fakeaws/control/changes")] HttpRequestData request) =>
        TakeAsync(request, ControlJson.Default.CloudItem, item => CloudOf(request).Change(item));

    [Function("FakeAwsDelete")]
    public HttpResponseData Delete([HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "fakeaws/control/cloud")] HttpRequestData request) =>
        Done(request, () => CloudOf(request).Delete(request.Query["type"] ?? "", request.Query["id"] ?? ""));

    [Function("FakeAwsCalls")]
    public Task<HttpResponseData> CallsAsync([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "fakeaws/control/calls")] HttpRequestData request) =>
        AnswerAsync(request, CallLog.Read(request.Query["cloudFile"] ?? aws.DefaultCloudFile), ControlJson.Default.IReadOnlyListRecordedCall);

    private static HttpResponseData Done(HttpRequestData request, Action act)
    {
        act();
        return request.CreateResponse(HttpStatusCode.NoContent);
    }

    private static async Task<HttpResponseData> TakeAsync<TBody>(HttpRequestData request, JsonTypeInfo<TBody> json, Action<TBody> take)
    {
        try
        {
            take((await JsonSerializer.DeserializeAsync(request.Body, json).ConfigureAwait(false))!);
        }
        catch (JsonException wrong)
        {
            var refusal = request.CreateResponse(HttpStatusCode.BadRequest);
            await refusal.WriteStringAsync(wrong.Message).ConfigureAwait(false);
            return refusal;
        }

        return request.CreateResponse(HttpStatusCode.NoContent);
    }

    private static async Task<HttpResponseData> AnswerAsync<TBody>(HttpRequestData request, TBody body, JsonTypeInfo<TBody> json)
    {
        var response = request.CreateResponse(HttpStatusCode.OK);
        response.Headers.Add("Content-Type", "application/json; charset=utf-8");
        await JsonSerializer.SerializeAsync(response.Body, body, json).ConfigureAwait(false);
        return response;
    }

    private FakeCloud CloudOf(HttpRequestData request) => aws.CloudAt(request.Query["cloudFile"] ?? aws.DefaultCloudFile);
}
