using System.Diagnostics;
using System.Text.Json;
using Azure.Messaging.ServiceBus;
using Formae.Client;
using Formae.Embedded.Host;
using Formae.Messaging;
using Formae.Model;
using Formae.Protocol.Bus;
using Formae.Protocol.Http;

namespace Formae.Distributed.Tests;

/// <summary>Large messages, new keys and plugins that are asked to end, between real processes.</summary>
public sealed class MessagesUnderLoadTests(MessagesUnderLoadTests.Loaded loaded) : IClassFixture<MessagesUnderLoadTests.Loaded>, IAsyncLifetime
{
    private const int Resources = 150;

    // Calls that are let through at a time: not all that a command needs.
    private const int Some = 20;

    private readonly ControlPlane _plane = loaded.Plane;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Nothing is left arranged, whatever became of the test before.</summary>
    public async ValueTask InitializeAsync() => await _plane.Cloud.ClearAsync();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Keys_are_changed_under_load_without_a_restart()
    {
        var file = Path.Combine(_plane.DataFolder, "message.keys");
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        var before = Ids(file);
        var (cloud, document) = (CloudOf("keys"), DocumentOf("keys", Resources));

        // However slow this process is, the command is not over before the last change.
        await _plane.Cloud.CloseAsync(after: Some);
        var command = (await _plane.SubmitAsync(document)).CommandId;
        for (var rotation = 1; rotation <= 3; rotation++)
        {
            await CalledAsync(cloud, rotation * Some);
            await _plane.Cloud.CloseAsync(after: Some);
            var (exit, output) = await ControlPlane.RunAsync("keys", "rotate", "--data", _plane.DataFolder);
            Assert.True(exit == 0, output);
            Assert.Contains(Ids(file)[0], output, StringComparison.Ordinal);
            Assert.DoesNotContain(File.ReadAllLines(file)[0].Split(':')[1], output, StringComparison.Ordinal);
        }

        await _plane.Cloud.OpenAsync();
        await _plane.SuccessOfAsync(command);

        Assert.Equal(before.Length + 3, Ids(file).Length);
        Assert.NotEqual(before[0], Ids(file)[0]);
        await CrashTests.EverythingIsThereOnceAsync(_plane, document, Resources, "keys", cloud);
        await NothingCameTwiceAsync(cloud, Resources);
        await NoMessageIsDeadAsync();

        // The keys are in the one file, and in none beside it.
        foreach (var key in File.ReadAllLines(file).Select(line => line.Split(':')[1]))
            IsNowhereElse(_plane.DataFolder, key, except: file);
    }

    [Fact]
    public async Task A17_a_plugin_that_is_asked_to_end_under_load_loses_nothing_and_repeats_nothing()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Finds the processes as Linux tells them.");
        string[] stacks = ["asked-0", "asked-1", "asked-2"];
        var asked = stacks.Select(stack => (Stack: stack, Cloud: CloudOf(stack), Document: DocumentOf(stack, Resources / stacks.Length))).ToList();
        foreach (var (_, cloud, document) in asked)
        {
            await _plane.Cloud.CloseAsync(after: Some);
            var command = (await _plane.SubmitAsync(document)).CommandId;
            await CalledAsync(cloud, Some);
            await _plane.Cloud.OpenAsync();
            var victim = _plane.Children["fakeaws"];
            using var process = Process.GetProcessById(victim);
            Signals.AskToEnd(process);
            await Wait.UntilAsync("another process of the plugin", ControlPlane.Patience, () => _plane.Children.TryGetValue("fakeaws", out var next) && next != victim, () => _plane.LastLines);
            await _plane.SuccessOfAsync(command);
            await Wait.ForAsync("an answer of the cloud", ControlPlane.Patience, async () => await cloud.ObjectsAsync(), () => _plane.LastLines);
        }

        foreach (var (stack, cloud, document) in asked)
        {
            await CrashTests.EverythingIsThereOnceAsync(_plane, document, Resources / stacks.Length, stack, cloud);
            await NothingCameTwiceAsync(cloud, Resources / stacks.Length);
        }

        await NoMessageIsDeadAsync();
    }

    [Fact]
    public async Task A12_megabytes_travel_between_processes_in_every_direction()
    {
        // A request and a report of two megabytes each.
        var value = new string('v', 2_000_000);
        string Document(string text) => new DocumentBuilder().Stack("large").Target("large", "FakeAWS", new() { ["CloudFile"] = loaded.CloudFileOf("large") }).Resource("large", "large", DocumentBuilder.GenericResource, "one", ("Name", "one"), ("Value", text)).ToString();
        await _plane.RunCommandAsync(Document(value));
        await _plane.RunCommandAsync(Document(value + "w"));
        Assert.Equal(value + "w", Assert.Single(await _plane.InventoryAsync("stack:large")).Properties!.Value.GetProperty("Value").GetString());
        Assert.Equal(value + "w", Assert.Single(await CloudOf("large").ObjectsAsync()).Properties.GetProperty("Value").GetString());

        // An announcement of five, of a plugin that this test is.
        var announcement = new PluginAnnouncement
        {
            Name = "large",
            Namespace = "Large",
            Version = "1.0.0",
            RequestQueue = "formae-requests-large",
            StartedAt = TimeProvider.System.GetUtcNow(),
            ResourceTypes = [.. Enumerable.Range(0, 600).Select(number => new AnnouncedType
            {
                Type = $"Large::Service::Type{number}",
                Schema = new ResourceSchema { Identifier = "Name", Fields = ["Name"] },
                JsonSchema = JsonSerializer.SerializeToElement(new { type = "object", description = new string('s', 8500) }),
            })],
        };
        using var ends = _plane.OpenBusEnds();
        await using var bus = _plane.OpenBus();
        var outgoing = new OutgoingMessage { Queue = BusContract.AnnouncementQueue, Subject = BusContract.AnnouncementSubject, Body = JsonSerializer.SerializeToUtf8Bytes(announcement, BusJson.Default.PluginAnnouncement) };
        Assert.InRange(outgoing.Body.Length, 5_000_000, 10_000_000);
        await bus.CreateSender(outgoing.Queue).SendMessageAsync(await ends.Writer.WriteAsync(outgoing, Cancellation), Cancellation);

        var plugin = await Wait.ForAsync("the plugin among the known", ControlPlane.Patience, async () => (await _plane.Client.GetPluginsAsync(Cancellation)).SingleOrDefault(one => one.Namespace == "Large"), () => _plane.LastLines);
        Assert.Equal(600, plugin.ResourceTypes!.Count);
        await NoMessageIsDeadAsync();
    }

    private Cloud CloudOf(string stack) => _plane.Cloud.At(loaded.CloudFileOf(stack));

    private string DocumentOf(string stack, int resources) => BigDocument.Of(stack, resources, loaded.FilesOf(stack), cloud: loaded.CloudFileOf(stack));

    /// <summary>Returns when the plugin has been called so often.</summary>
    private Task CalledAsync(Cloud cloud, int times) => Wait.ForAsync<object>($"{times} calls", ControlPlane.Patience, async () => (await cloud.CallsAsync()).Count >= times ? "called" : null, () => _plane.LastLines);

    /// <summary>No cloud was asked twice to make the same object.</summary>
    private static async Task NothingCameTwiceAsync(Cloud cloud, int resources)
    {
        var made = (await cloud.CallsAsync()).Where(call => call.Operation == "Create").GroupBy(call => call.OperationId).ToList();
        Assert.InRange(made.Count, resources / 2, resources);
        Assert.All(made, calls => Assert.Single(calls));
    }

    private async Task NoMessageIsDeadAsync()
    {
        await using var bus = _plane.OpenBus();
        foreach (var queue in (string[])[BusContract.ReportQueue, BusContract.AnnouncementQueue, "formae-requests-fakeaws", "formae-requests-local"])
        {
            await using var dead = bus.CreateReceiver(queue, new ServiceBusReceiverOptions { SubQueue = SubQueue.DeadLetter });
            Assert.Empty((await dead.PeekMessagesAsync(10, cancellationToken: Cancellation)).Select(letter => $"{letter.MessageId}: {letter.DeadLetterReason} {letter.DeadLetterErrorDescription}"));
        }
    }

    private static string[] Ids(string file) => [.. File.ReadAllLines(file).Select(line => line.Split(':')[0])];

    private static void IsNowhereElse(string folder, string text, string except)
    {
        foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Where(file => file != except && !file.EndsWith(".lock", StringComparison.Ordinal)))
        {
            Assert.False(Read(file).Contains(text, StringComparison.Ordinal), $"A key stands in {file}.");
        }
    }

    private static string Read(string file)
    {
        try
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var reader = new StreamReader(stream, System.Text.Encoding.Latin1);
            return reader.ReadToEnd();
        }
        catch (FileNotFoundException)
        {
            // It all runs meanwhile, and this has just been removed.
            return "";
        }
    }

    /// <summary>The control plane of these tests, each of which has a stack, targets and a cloud of its own.</summary>
    public sealed class Loaded : IAsyncLifetime
    {
        private readonly TempFolder _folder = new();

        internal ControlPlane Plane { get; private set; } = null!;

        internal string CloudFileOf(string stack) => _folder.File($"{stack}-cloud");

        internal string FilesOf(string stack) => _folder.File($"{stack}-files");

        public async ValueTask InitializeAsync() => Plane = await ControlPlane.StartAsync(_folder.File("data"));

        public async ValueTask DisposeAsync()
        {
            await Plane.DisposeAsync();
            _folder.Dispose();
        }
    }
}
