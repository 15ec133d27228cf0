using System.Text.Json;
using System.Text.Json.Nodes;
using Azure.Messaging.ServiceBus;
using Formae.Client;
using Formae.Protocol.Bus;
using Formae.Protocol.Http;

namespace Formae.Distributed.Tests;

/// <summary>A plugin that listens gets what it has asked for, and nothing else: <c>command.finished</c>, <c>resource.created</c> and <c>drift.*</c>.</summary>
[Collection(OneSystem.Collection)]
public sealed class NotifierTests
{
    private const int Count = 60;
    private const string Planted = "told-to-nobody-90210";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    [Fact]
    public async Task A_notifier_gets_exactly_what_it_asked_for_once_whoever_is_killed()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Finds the processes as Linux tells them.");
        using var folder = new TempFolder();
        await using var plane = await ControlPlane.StartAsync(folder.File("data"), null, "--plugin", Install.TestPlugin("Formae.Plugins.Notifier"));
        var notebook = new Notebook(folder.File("data/plugins/notifier/events.jsonl"));
        var document = Document(folder.File("files"));

        // Files are made at once, and are told of; the cloud keeps everything else waiting. So the coordinator dies between the first event and the last.
        await plane.Cloud.CloseAsync();
        var applied = (await plane.SubmitAsync(document)).CommandId;
        await notebook.UntilAsync("the first events", told => told.Count > 0, plane);
        await KillCoordinatorAsync(plane);
        await plane.Cloud.OpenAsync();
        await notebook.UntilAsync("half of the events", told => told.Count > Count / 2, plane);
        await KillCoordinatorAsync(plane);
        await plane.SuccessOfAsync(applied, Patience);
        await notebook.UntilAsync("the end of the apply", told => told.Any(one => one.Type == EventTypes.CommandFinished), plane);

        // Somebody else deletes an object that nobody refers to, and writes into a file.
        var inventory = await plane.InventoryAsync();
        var (gone, changed) = (inventory.Last(one => one.Type == DocumentBuilder.GenericResource), inventory.First(one => one.Type == DocumentBuilder.LocalFile));
        await plane.Cloud.DeleteAsync(gone.Type, gone.NativeId!);
        await File.WriteAllTextAsync(Directory.EnumerateFiles(folder.File("files"), Path.GetFileName(changed.NativeId!)).Single(), "by somebody else", TestContext.Current.CancellationToken);
        await plane.Client.SynchronizeAsync(TestContext.Current.CancellationToken);
        await notebook.UntilAsync("what the synchronisation saw", told => told.Count(one => one.Type.StartsWith("drift.", StringComparison.Ordinal)) == 2, plane);

        // Deletions it has not asked for. All that comes before the end of this has come by then.
        var destroyed = (await plane.RunCommandAsync(document, SubmitKind.Destroy)).CommandId;
        await notebook.UntilAsync("the end of the destroy", told => told.Any(one => one.Data.CommandId == destroyed), plane);
        await NothingIsLeftAsync(plane);

        var all = notebook.Read();
        var byType = all.ToLookup(one => one.Type, StringComparer.Ordinal);
        Assert.Equal(all.Count, all.Select(one => one.Id).Distinct().Count());
        Assert.Equal(
            [(EventTypes.CommandFinished, 2), (EventTypes.DriftChanged, 1), (EventTypes.DriftDeleted, 1), (EventTypes.ResourceCreated, Count + 1)],
            byType.Select(type => (type.Key, type.Count())).OrderBy(type => type.Key, StringComparer.Ordinal));
        Assert.Equal([(applied, "apply"), (destroyed, "destroy")], byType[EventTypes.CommandFinished].Select(one => (one.Subject, one.Data.Command!)));
        Assert.Equal(
            inventory.Select(one => (one.Ksuid!, one.NativeId!)).Order(),
            byType[EventTypes.ResourceCreated].Select(one => (one.Subject, one.Data.NativeId!)).Order());
        Assert.Equal((gone.Ksuid, changed.Ksuid), (Assert.Single(byType[EventTypes.DriftDeleted]).Subject, Assert.Single(byType[EventTypes.DriftChanged]).Subject));
        Assert.DoesNotContain(Planted, notebook.Text, StringComparison.Ordinal);
    }

    private static string Document(string files)
    {
        var document = JsonNode.Parse(BigDocument.Of("heard", Count, files))!;
        document["Resources"]!.AsArray().Add(new JsonObject
        {
            ["Label"] = "secret",
            ["Type"] = "FakeAWS::SecretsManager::Secret",
            ["Stack"] = "heard",
            ["Target"] = "slow",
            ["Properties"] = new JsonObject { ["Name"] = "secret", ["SecretString"] = Planted },
        });
        return document.ToJsonString();
    }

    private static async Task KillCoordinatorAsync(ControlPlane plane)
    {
        var id = plane.Children["coordinator"];
        Processes.Kill(id);
        await Wait.UntilAsync("another coordinator", ControlPlane.Patience, () => plane.Children.TryGetValue("coordinator", out var next) && next != id, () => plane.LastLines);
        await Wait.ForAsync("an answer of the coordinator", ControlPlane.Patience, async () => await plane.Client.GetPluginsAsync(TestContext.Current.CancellationToken));
    }

    private static async Task NothingIsLeftAsync(ControlPlane plane)
    {
        await using var bus = plane.OpenBus();
        await using var waiting = bus.CreateReceiver(BusContract.EventTopic, "notifier");
        await Wait.ForAsync<object>("an empty subscription", ControlPlane.Patience, async () => (await waiting.PeekMessagesAsync(1, fromSequenceNumber: 0, TestContext.Current.CancellationToken)).Count == 0 ? bus : null);
        await using var dead = bus.CreateReceiver(BusContract.EventTopic, "notifier", new ServiceBusReceiverOptions { SubQueue = SubQueue.DeadLetter });
        Assert.Empty(await dead.PeekMessagesAsync(10, cancellationToken: TestContext.Current.CancellationToken));
    }

    /// <summary>What the plugin has written down, a line for each time that it was told something.</summary>
    private sealed class Notebook(string file)
    {
        public string Text => File.Exists(file) ? File.ReadAllText(file) : "";

        public IReadOnlyList<ControlPlaneEvent> Read() =>
            [.. Text.Split('\n')[..^1].Select(line => JsonSerializer.Deserialize(line, EventJson.Default.ControlPlaneEvent)!)];

        public Task UntilAsync(string what, Func<IReadOnlyList<ControlPlaneEvent>, bool> isThere, ControlPlane plane) =>
            Wait.UntilAsync(what, Patience, () => isThere(Read()), () => plane.LastLines);
    }
}
