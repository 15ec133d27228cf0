using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Formae.Distributed.Tests;

/// <summary>The pretended cloud, seen through the control routes of its plugin.</summary>
internal sealed class Cloud : IDisposable
{
    private readonly HttpClient _http;
    private readonly string? _file;

    public Cloud(Uri address)
        : this(new HttpClient { BaseAddress = address, Timeout = ControlPlane.Patience }, file: null)
    {
    }

    private Cloud(HttpClient http, string? file) => (_http, _file) = (http, file);

    /// <summary>One of several clouds of the same plugin: that of the targets whose <c>CloudFile</c> this is. What is arranged for calls is arranged for those of all.</summary>
    public Cloud At(string file) => new(_http, file);

    /// <summary>Everything that is there, by native id.</summary>
    public async Task<IReadOnlyList<CloudObject>> ObjectsAsync() => await GetAsync($"cloud{Which('?')}", CloudJson.Default.IReadOnlyListCloudObject);

    /// <summary>Every call that came in, by whichever process.</summary>
    public async Task<IReadOnlyList<CloudCall>> CallsAsync() => await GetAsync($"calls{Which('?')}", CloudJson.Default.IReadOnlyListCloudCall);

    /// <summary>From now on every call waits, but for the next so many, until <see cref="OpenAsync"/>.</summary>
    public Task CloseAsync(int after = 0) => PostAsync(string.Create(CultureInfo.InvariantCulture, $"gate/close?after={after}"));

    public Task OpenAsync() => PostAsync("gate/open");

    /// <summary>The next calls of this verb answer late.</summary>
    public Task DelayAsync(string operation, TimeSpan by, int count = 1) =>
        PostAsync("injections", new JsonObject { ["Operation"] = operation, ["Kind"] = "Latency", ["LatencyMs"] = by.TotalMilliseconds, ["Count"] = count });

    /// <summary>Somebody else deletes an object.</summary>
    public async Task DeleteAsync(string type, string nativeId)
    {
        using var response = await _http.DeleteAsync($"api/fakeaws/control/cloud?type={Uri.EscapeDataString(type)}&id={Uri.EscapeDataString(nativeId)}{Which('&')}", TestContext.Current.CancellationToken);
        response.EnsureSuccessStatusCode();
    }

    /// <summary>The process of the plugin dies in the middle of the next call of this verb.</summary>
    public Task CrashAsync(string operation, bool afterTheWork) =>
        PostAsync("injections", new JsonObject { ["Operation"] = operation, ["Kind"] = "Crash", ["AfterTheWork"] = afterTheWork });

    /// <summary>What the next call of a verb on one object answers instead.</summary>
    public Task ProgramAsync(string key, string operation, string code) => ProgramAsync(key, operation, (code, RetryAfter: null));

    /// <summary>What the next calls of a verb on one object answer instead, and how long they want to be left alone then.</summary>
    public Task ProgramAsync(string key, string operation, params (string Code, TimeSpan? RetryAfter)[] answers) => PostAsync("programs", new JsonObject
    {
        ["Key"] = key,
        ["Operation"] = operation,
        ["Steps"] = new JsonArray([.. answers.Select(answer => new JsonObject { ["Code"] = answer.Code, ["Message"] = "As the test wants it.", ["RetryAfterMs"] = answer.RetryAfter?.TotalMilliseconds })]),
    });

    /// <summary>The next call of a verb on one object takes this long.</summary>
    public Task SlowDownAsync(string key, string operation, TimeSpan by) =>
        PostAsync("programs", new JsonObject { ["Key"] = key, ["Operation"] = operation, ["Steps"] = new JsonArray(new JsonObject { ["LatencyMs"] = by.TotalMilliseconds }) });

    /// <summary>Nothing is arranged any more.</summary>
    public async Task ClearAsync()
    {
        await OpenAsync();
        foreach (var what in (string[])["injections", "programs"])
        {
            using var response = await _http.DeleteAsync($"api/fakeaws/control/{what}", TestContext.Current.CancellationToken);
            response.EnsureSuccessStatusCode();
        }
    }

    public void Dispose() => _http.Dispose();

    private string Which(char sign) => _file is null ? "" : $"{sign}cloudFile={Uri.EscapeDataString(_file)}";

    private async Task<T> GetAsync<T>(string route, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> json) =>
        (await _http.GetFromJsonAsync($"api/fakeaws/control/{route}", json, TestContext.Current.CancellationToken))!;

    private async Task PostAsync(string route, JsonObject? body = null)
    {
        using var content = body is null ? null : new StringContent(body.ToJsonString(), System.Text.Encoding.UTF8, "application/json");
        using var response = await _http.PostAsync($"api/fakeaws/control/{route}", content, TestContext.Current.CancellationToken);
        response.EnsureSuccessStatusCode();
    }
}

internal sealed record CloudObject(string Type, string NativeId, string? Name, System.Text.Json.JsonElement Properties);

internal sealed record CloudCall(DateTimeOffset At, int ProcessId, string OperationId, int Attempt, string Operation, string ResourceType, string? NativeId);

[JsonSerializable(typeof(IReadOnlyList<CloudObject>))]
[JsonSerializable(typeof(IReadOnlyList<CloudCall>))]
internal sealed partial class CloudJson : JsonSerializerContext;
