using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json.Serialization.Metadata;
using Formae.Protocol.Bus;

namespace Formae.Plugins.FakeAws;

/// <summary>Arranges and watches the pretended cloud from outside: a client of the app's control routes.</summary>
/// <param name="http">Its base address is the app's, such as <c>http://127.0.0.1:7072/</c>.</param>
/// <param name="cloudFile">The cloud to work on; null for the app's own.</param>
public sealed class FakeAwsControl(HttpClient http, string? cloudFile = null)
{
    public Task<Hello> HelloAsync(CancellationToken cancellationToken = default) => GetAsync("api/fakeaws/hello", ControlJson.Default.Hello, cancellationToken);

    /// <summary>Something goes wrong with the next calls that match.</summary>
    public Task InjectAsync(Injection injection, CancellationToken cancellationToken = default) =>
        PostAsync("injections", injection, ControlJson.Default.Injection, cancellationToken);

    public Task InjectErrorAsync(OperationVerb? operation, string? resourceType, string code, int count = 1, CancellationToken cancellationToken = default) =>
        InjectAsync(new Injection { Operation = operation, ResourceType = resourceType, Code = code, Count = count }, cancellationToken);

    public Task InjectLatencyAsync(OperationVerb? operation, string? resourceType, TimeSpan latency, int count = 0, CancellationToken cancellationToken = default) =>
        InjectAsync(
            new Injection { Kind = InjectionKind.Latency, Operation = operation, ResourceType = resourceType, LatencyMs = (int)latency.TotalMilliseconds, Count = count },
            cancellationToken);

    public Task ClearInjectionsAsync(CancellationToken cancellationToken = default) => DeleteAsync("injections", cancellationToken);

    /// <summary>The next calls on one object answer as programmed.</summary>
    public Task ProgramAsync(ProgrammedAnswers program, CancellationToken cancellationToken = default) =>
        PostAsync("programs", program, ControlJson.Default.ProgrammedAnswers, cancellationToken);

    public Task ClearProgramsAsync(CancellationToken cancellationToken = default) => DeleteAsync("programs", cancellationToken);

    /// <summary>From now on every call waits, but for the next so many, until <see cref="OpenGateAsync"/>.</summary>
    public Task CloseGateAsync(int after = 0, CancellationToken cancellationToken = default) =>
        PostAsync($"gate/close?after={after.ToString(CultureInfo.InvariantCulture)}", new CounterValue(), ControlJson.Default.CounterValue, cancellationToken);

    public Task OpenGateAsync(CancellationToken cancellationToken = default) => PostAsync("gate/open", new CounterValue(), ControlJson.Default.CounterValue, cancellationToken);

    /// <summary>The next native id gets at least the number after this one.</summary>
    public Task SetCounterAsync(long count, CancellationToken cancellationToken = default) =>
        PostAsync("counter", new CounterValue { Count = count }, ControlJson.Default.CounterValue, cancellationToken);

    /// <summary>All objects, by native id.</summary>
    public Task<IReadOnlyList<CloudItem>> SnapshotAsync(CancellationToken cancellationToken = default) =>
        GetAsync(Route("cloud"), ControlJson.Default.IReadOnlyListCloudItem, cancellationToken);

    /// <summary>Makes an object so, behind everybody's back.</summary>
    public Task PutAsync(CloudItem item, CancellationToken cancellationToken = default) => PostAsync("cloud", item, ControlJson.Default.CloudItem, cancellationToken);

    /// <summary>Sets the given properties of an object and leaves the others as they are, behind everybody's back. Nothing happens where there is no such object.</summary>
    public Task ChangeAsync(CloudItem item, CancellationToken cancellationToken = default) => PostAsync("changes", item, ControlJson.Default.CloudItem, cancellationToken);

    /// <summary>Removes an object, behind everybody's back.</summary>
    public Task DeleteAsync(string resourceType, string nativeId, CancellationToken cancellationToken = default) =>
        DeleteAsync($"cloud?type={Uri.EscapeDataString(resourceType)}&id={Uri.EscapeDataString(nativeId)}", cancellationToken);

    /// <summary>Every call on the cloud, by every process there was, in order.</summary>
    public Task<IReadOnlyList<RecordedCall>> CallsAsync(CancellationToken cancellationToken = default) =>
        GetAsync(Route("calls"), ControlJson.Default.IReadOnlyListRecordedCall, cancellationToken);

    private string Route(string route) =>
        $"api/fakeaws/control/{route}" + (cloudFile is null ? "" : $"{(route.Contains('?') ? '&' : '?')}cloudFile={Uri.EscapeDataString(cloudFile)}");

    private async Task<TBody> GetAsync<TBody>(string route, JsonTypeInfo<TBody> json, CancellationToken cancellationToken) =>
        (await http.GetFromJsonAsync(route, json, cancellationToken).ConfigureAwait(false))!;

    private async Task PostAsync<TBody>(string route, TBody body, JsonTypeInfo<TBody> json, CancellationToken cancellationToken)
    {
        using var response = await http.PostAsJsonAsync(Route(route), body, json, cancellationToken).ConfigureAwait(false);
        response.EnsureSuccessStatusCode();
    }

    private async Task DeleteAsync(string route, CancellationToken cancellationToken)
    {
        using var response = await http.DeleteAsync(Route(route), cancellationToken).ConfigureAwait(false);
        response.EnsureSuccessStatusCode();
    }
}
