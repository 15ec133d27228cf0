using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;

namespace Formae.Embedded.DurableTask;

internal sealed class TaskHub : IAsyncDisposable
{
    private TaskHub()
    {
    }

    public DurableTaskClient Client => throw new InvalidOperationException();

    public static TaskHub Open(TaskHubOptions options, TaskHubRegistry registry, ILoggerFactory loggers, TimeProvider time) => new();

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
