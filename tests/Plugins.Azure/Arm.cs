using System.Text.Json;
using Formae.ArmSimulator;
using Formae.Model;
using Formae.Protocol.Bus;
using Formae.Sdk;
using Formae.Sdk.Testing;
using Requests = Formae.Sdk.Testing.Requests;

namespace Formae.Plugins.AzureResources.Tests;

/// <summary>A simulator and the plugin's operator on it, with a clock that stands still.</summary>
internal sealed class Arm : IAsyncDisposable
{
    public const string GroupId = $"/subscriptions/{Simulator.SubscriptionId}/resourceGroups/web";
    public const string GroupType = "Azure::Resources::ResourceGroup";
    public const string AnyType = "Azure::Resources::Resource";
    public const string NetworkType = "Azure::Network::VirtualNetwork";
    public const string QueueType = "Azure::ServiceBus::Queue";
    public const string Thing = $"{GroupId}/providers/Test.Things/things/one";

    private Arm(Simulator simulator, PluginHarness plugin, FakeTimeProvider time) => (Simulator, Plugin, Time) = (simulator, plugin, time);

    public Simulator Simulator { get; }

    public Cloud Cloud => Simulator.Cloud;

    public PluginHarness Plugin { get; }

    public FakeTimeProvider Time { get; }

    /// <param name="group">Whether the group <c>web</c> is there.</param>
    public static async Task<Arm> StartAsync(bool group = true)
    {
        var simulator = await Simulator.StartAsync(cancellation: TestContext.Current.CancellationToken);
        var time = new FakeTimeProvider();
        var plugin = PluginHarness.Start("Azure", AzureResourcesPlugin.Define, time);
        plugin.TargetConfig = Config(simulator.Address);
        var arm = new Arm(simulator, plugin, time);
        if (group)
            Assert.Equal(OperationStatus.Success, (await plugin.CompleteAsync(Requests.Create(GroupType, Json("""{"Name":"web","Location":"westeurope"}""")))).Status);
        simulator.Requests.Clear();
        return arm;
    }

    public static JsonElement Config(Uri endpoint, string more = "") => Json($$"""{"SubscriptionId":"{{Simulator.SubscriptionId}}","Endpoint":"{{endpoint}}"{{more}}}""");

    public static JsonElement Json(string text) => JsonElement.Parse(text);

    /// <summary>A thing of a type that nobody knows, followed in a way that the test chooses.</summary>
    public static JsonElement ThingOf(string properties = """{"size":1}""", string more = ""","Location":"westeurope" """) =>
        Json($$$"""{"Type":"Test.Things/things","ApiVersion":"2024-01-01","Name":"one","ResourceGroup":"web"{{{more}}},"Body":{"properties":{{{properties}}}}}""");

    public void Follow(AsyncStyle put, AsyncStyle delete = AsyncStyle.None, bool isTracked = true) =>
        Cloud.Types["Test.Things/things"] = new TypeRules { Put = put, Delete = delete, IsTracked = isTracked };

    public Task<OperationReport> ExecuteAsync(OperationRequest request) => Plugin.ExecuteAsync(request, TestContext.Current.CancellationToken);

    public Task<OperationReport> CompleteAsync(OperationRequest request) => Plugin.CompleteAsync(request, cancellationToken: TestContext.Current.CancellationToken);

    /// <summary>One question after an operation that was accepted.</summary>
    public Task<OperationReport> AskAsync(OperationRequest request, OperationReport accepted) =>
        ExecuteAsync(request with { Verb = OperationVerb.Status, RequestId = accepted.RequestId, NativeId = accepted.NativeId ?? request.NativeId, Sequence = accepted.Sequence + 1, PriorProperties = request.Properties ?? request.PriorProperties });

    public async Task<OperationReport> MadeAsync(string type, JsonElement properties)
    {
        var report = await CompleteAsync(Requests.Create(type, properties));
        Assert.True(report.Status == OperationStatus.Success, $"{report.Problem?.Code}: {report.Problem?.Message}");
        Simulator.Requests.Clear();
        return report;
    }

    public async ValueTask DisposeAsync()
    {
        await Plugin.DisposeAsync();
        await Simulator.DisposeAsync();
    }
}
