using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Formae.ArmSimulator;

/// <summary>
/// Answers on a loopback port as Azure Resource Manager is documented to: resource groups, resources and their children, entity tags, pages, and operations that go on after the answer.
/// Nothing is left to chance or to a clock: an operation ends when it has been asked about so many times.
/// </summary>
public sealed class Simulator : IAsyncDisposable
{
    public const string SubscriptionId = "00000000-0000-0000-0000-000000000001";

    private readonly WebApplication _app;

    private Simulator(WebApplication app) => _app = app;

    /// <summary>Where it listens.</summary>
    public Uri Address => new(_app.Urls.First());

    /// <summary>What there is.</summary>
    public Cloud Cloud { get; } = new();

    /// <summary>What goes wrong on purpose.</summary>
    public Faults Faults { get; } = new();

    /// <summary>What it was asked, oldest first.</summary>
    public RequestLog Requests { get; } = new();

    /// <param name="port">0: any free one.</param>
    public static async Task<Simulator> StartAsync(int port = 0, CancellationToken cancellation = default)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
        var simulator = new Simulator(builder.Build());
        var front = new FrontDoor(simulator.Cloud, simulator.Faults, simulator.Requests);
        simulator._app.Run(front.AnswerAsync);
        await simulator._app.StartAsync(cancellation);
        return simulator;
    }

    /// <summary>Returns when the process is told to end.</summary>
    public Task WaitAsync() => _app.WaitForShutdownAsync();

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
