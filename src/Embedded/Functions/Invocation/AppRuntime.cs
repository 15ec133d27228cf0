using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;

namespace Formae.Embedded.Functions;

/// <summary>What invocations need of the running app.</summary>
internal sealed class AppRuntime(string hubName)
{
    private IServiceScopeFactory? _scopes;
    private DurableTaskClient? _client;

    public string HubName { get; } = hubName;

    /// <summary>Some function is durable or binds the client: the task hub must be opened.</summary>
    public bool UsesDurableTask { get; set; }

    public IServiceScopeFactory Scopes
    {
        get => _scopes ?? throw new InvalidOperationException("The app is not built yet.");
        set => _scopes = value;
    }

    public DurableTaskClient Client
    {
        get => _client ?? throw new InvalidOperationException("The task hub is not open.");
        set => _client = value;
    }
}
