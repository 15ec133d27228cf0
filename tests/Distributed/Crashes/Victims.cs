using Formae.Protocol.Http;

namespace Formae.Distributed.Tests;

/// <summary>
/// A control plane whose processes are killed, one by one or all at once, and which is whole again afterwards: then the next test has it. Each test works on a stack,
/// targets and a cloud of its own.
/// </summary>
public sealed class Victims : IAsyncDisposable
{
    public const string Collection = "Victims";

    /// <summary>The supervisor, and with it everything.</summary>
    public const string All = "all";

    // One that ends more often in ten minutes is given up, rightly.
    private const int MostKills = 5;

    // A pause that a test asks for is the pause that is made, and a cloud that throttles in one test is not left alone in the next.
    private static readonly Dictionary<string, string> Settings = new()
    {
        ["Formae__Operations__RetryDelaySeconds"] = "0.5",
        ["Formae__Plugins__fakeaws__MaxRequestsPerSecond"] = "100000",
    };

    private readonly TempFolder _folder = new();
    private readonly Dictionary<string, int> _kills = new(StringComparer.Ordinal);
    private ControlPlane? _plane;
    private string _data = "";
    private int _planes;

    internal ControlPlane Plane => _plane ?? throw new InvalidOperationException("No test has begun.");

    /// <summary>Sets the scene for one test: a control plane in which a process may be killed so often, and nothing is arranged.</summary>
    /// <param name="stack">Of this test alone.</param>
    /// <param name="victim">What is killed.</param>
    /// <param name="kills">How often.</param>
    internal async Task<Scene> BeginAsync(string stack, string victim, int kills = 1)
    {
        Assert.SkipUnless(victim == All || OperatingSystem.IsLinux(), "Finds the processes as Linux tells them.");
        if (_plane is { ExitCode: null } && _kills.GetValueOrDefault(victim) + kills <= MostKills)
        {
            await Wait.ForAsync("an answer of the cloud", ControlPlane.Patience, async () => await Plane.Cloud.ObjectsAsync(), () => Plane.LastLines);
            await Plane.Cloud.ClearAsync();
        }
        else
        {
            if (_plane is not null)
                await _plane.DisposeAsync();
            _data = _folder.File($"data-{++_planes}");
            await StartAsync();
        }

        _kills[victim] = _kills.GetValueOrDefault(victim) + kills;
        return new Scene(this, stack, _folder.File(stack));
    }

    /// <summary>Ends everything, as is said, and starts it again on what was stored.</summary>
    internal async Task RestartAsync(Func<ControlPlane, Task> end)
    {
        await end(Plane);
        await Plane.DisposeAsync();
        await StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_plane is not null)
            await _plane.DisposeAsync();
        _folder.Dispose();
    }

    private async Task StartAsync()
    {
        _plane = null;
        _kills.Clear();
        _plane = await ControlPlane.StartWithAsync(Settings, _data);
    }
}

/// <summary>Tests that share it run one after the other.</summary>
[CollectionDefinition(Victims.Collection)]
public sealed class VictimsDefinition : ICollectionFixture<Victims>;

/// <summary>What one test has of the control plane: everything of its own bears the name of its stack.</summary>
/// <param name="victims">The control plane.</param>
/// <param name="stack">The stack.</param>
/// <param name="folder">For files; the cloud is one.</param>
internal sealed class Scene(Victims victims, string stack, string folder)
{
    public ControlPlane Plane => victims.Plane;

    public string Stack => stack;

    public string Folder => folder;

    public string CloudFile => Path.Combine(folder, "cloud");

    public Cloud Cloud => Plane.Cloud.At(CloudFile);

    /// <summary>A target in the cloud of this test.</summary>
    public DocumentBuilder Document(bool isPolled = false) =>
        new DocumentBuilder().Stack(stack).Target(stack, "FakeAWS", new() { ["CloudFile"] = CloudFile, ["AsyncCreates"] = isPolled });

    /// <summary>Returns when another process has taken the place of the one that was killed, and serves.</summary>
    /// <returns>When it was dead.</returns>
    public async Task<DateTimeOffset> KillAsync(string victim)
    {
        DateTimeOffset dead = default;
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Finds the processes as Linux tells them.");
        if (victim == Victims.All)
        {
            await victims.RestartAsync(async plane =>
            {
                var children = plane.Children.Values.ToArray();
                await plane.KillAsync();
                await Wait.UntilAsync("the end of all children", ControlPlane.Patience, () => !children.Any(Processes.IsAlive));
                dead = TimeProvider.System.GetUtcNow();
            });
            return dead;
        }

        var id = Plane.Children[victim];
        Processes.Kill(id);
        await Wait.UntilAsync($"the end of {victim}", ControlPlane.Patience, () => !Processes.IsAlive(id), () => Plane.LastLines);
        dead = TimeProvider.System.GetUtcNow();
        await Wait.UntilAsync($"another {victim}", ControlPlane.Patience, () => Plane.Children.TryGetValue(victim, out var next) && next != id, () => Plane.LastLines);
        await Wait.ForAsync("an answer of the coordinator and of the cloud", ControlPlane.Patience, async () =>
        {
            await Plane.Client.GetPluginsAsync(TestContext.Current.CancellationToken);
            return await Cloud.ObjectsAsync();
        });
        return dead;
    }

    public async Task<IReadOnlyList<CloudCall>> CallsAsync() => await Wait.ForAsync("the calls", ControlPlane.Patience, async () => await Cloud.CallsAsync());

    /// <summary>Returns when the plugin was called for this verb, at least so often.</summary>
    public Task CalledAsync(string operation, int times = 1) => Wait.ForAsync<object>($"{times} calls of {operation}", ControlPlane.Patience, async () =>
        (await Cloud.CallsAsync()).Count(call => call.Operation == operation) >= times ? operation : null, () => Plane.LastLines);

    public async Task<IReadOnlyList<ResourceUpdate>> UpdatesAsync(string command) =>
        (await Plane.Client.GetCommandAsync(command, TestContext.Current.CancellationToken)).ResourceUpdates!;

    public Task<Command> EndOfAsync(string command) => Wait.ForAsync($"the end of command {command}", ControlPlane.Patience, async () =>
        await Plane.Client.GetCommandAsync(command, TestContext.Current.CancellationToken) is { } now && States.IsFinal(now.State) ? now : null, () => Plane.LastLines);

    /// <summary>Nothing of this test is missing, double or left over, and its stack is free.</summary>
    public Task EverythingIsThereOnceAsync(string document, int count) => CrashTests.EverythingIsThereOnceAsync(Plane, document, count, stack, Cloud);
}
