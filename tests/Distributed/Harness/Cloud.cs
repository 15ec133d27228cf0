using System.Net.Http.Json;
using System.Text.Json.Serialization;

namespace Formae.Distributed.Tests;

/// <summary>The pretended cloud, seen through the control routes of its plugin.</summary>
internal sealed class Cloud(Uri address) : IDisposable
{
    private readonly HttpClient _http = new() { BaseAddress = address, Timeout = TimeSpan.FromSeconds(10) };

    /// <summary>Everything that is there, by native id.</summary>
    public async Task<IReadOnlyList<CloudObject>> ObjectsAsync() => await GetAsync("cloud", CloudJson.Default.IReadOnlyListCloudObject);

    /// <summary>Every call that came in, by whichever process.</summary>
    public async Task<IReadOnlyList<CloudCall>> CallsAsync() => await GetAsync("calls", CloudJson.Default.IReadOnlyListCloudCall);

    /// <summary>From now on every call waits, until <see cref="OpenAsync"/>.</summary>
    public Task CloseAsync() => PostAsync("gate/close");

    public Task OpenAsync() => PostAsync("gate/open");

    public void Dispose() => _http.Dispose();

    private async Task<T> GetAsync<T>(string route, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> json) =>
        (await _http.GetFromJsonAsync($"api/fakeaws/control/{route}", json, TestContext.Current.CancellationToken))!;

    private async Task PostAsync(string route)
    {
        using var response = await _http.PostAsync($"api/fakeaws/control/{route}", null, TestContext.Current.CancellationToken);
        response.EnsureSuccessStatusCode();
    }
}

internal sealed record CloudObject(string Type, string NativeId, string? Name, System.Text.Json.JsonElement Properties);

internal sealed record CloudCall(int ProcessId, string OperationId, int Attempt, string Operation, string ResourceType, string? NativeId);

[JsonSerializable(typeof(IReadOnlyList<CloudObject>))]
[JsonSerializable(typeof(IReadOnlyList<CloudCall>))]
internal sealed partial class CloudJson : JsonSerializerContext;
