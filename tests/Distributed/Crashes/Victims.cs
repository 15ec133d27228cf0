using Formae.Protocol.Http;

namespace Formae.Distributed.Tests;

/// <summary>A control plane whose processes are killed, one by one or all at once, and which is whole again afterwards.</summary>
internal sealed class Victims : IAsyncDisposable
{
    /// <summary>The supervisor, and with it everything.</summary>
    public const string All = "all";

    private readonly string _data;

    private Victims(string data, ControlPlane plane) => (_data, Plane) = (data, plane);

    public ControlPlane Plane { get; private set; }

    public static async Task<Victims> StartAsync(string data) => new(data, await ControlPlane.StartAsync(data));

    /// <summary>Returns when another process has taken the place of the one that was killed, and serves.</summary>
    public async Task KillAsync(string victim)
    {
        if (victim == All)
        {
            var children = Plane.Children.Values.ToArray();
            await Plane.KillAsync();
            await Wait.UntilAsync("the end of all children", ControlPlane.Patience, () => !children.Any(Processes.IsAlive));
            await Plane.DisposeAsync();
            Plane = await ControlPlane.StartAsync(_data);
            return;
        }

        var id = Plane.Children[victim];
        Processes.Kill(id);
        await Wait.UntilAsync($"another {victim}", ControlPlane.Patience, () => Plane.Children.TryGetValue(victim, out var next) && next != id, () => Plane.LastLines);
        await Wait.ForAsync("an answer of the coordinator and of the cloud", ControlPlane.Patience, async () =>
        {
            await Plane.Client.GetPluginsAsync(TestContext.Current.CancellationToken);
            return await Plane.Cloud.ObjectsAsync();
        });
    }

    public async Task<IReadOnlyList<CloudCall>> CallsAsync() => await Wait.ForAsync("the calls", ControlPlane.Patience, async () => await Plane.Cloud.CallsAsync());

    /// <summary>Returns when the plugin was called for this verb, at least so often.</summary>
    public Task CalledAsync(string operation, int times = 1) => Wait.ForAsync<object>($"{times} calls of {operation}", ControlPlane.Patience, async () =>
        (await Plane.Cloud.CallsAsync()).Count(call => call.Operation == operation) >= times ? operation : null, () => Plane.LastLines);

    public async Task<IReadOnlyList<ResourceUpdate>> UpdatesAsync(string command) =>
        (await Plane.Client.GetCommandAsync(command, TestContext.Current.CancellationToken)).ResourceUpdates!;

    public ValueTask DisposeAsync() => Plane.DisposeAsync();
}
