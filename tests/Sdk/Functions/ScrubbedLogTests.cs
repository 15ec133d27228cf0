using System.Collections.Concurrent;
using System.Text.Json;
using Formae.Model;
using Formae.Sdk.Functions.Logging;
using Formae.Sdk.Testing;
using Formae.Sdk.Tests.Operations;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Formae.Sdk.Tests.Functions;

/// <summary>What a handler logs by itself never repeats a secret of the operation that it serves.</summary>
public sealed class ScrubbedLogTests : IAsyncDisposable
{
    private const string Planted = "planted-secret-4711";

    private readonly BoxHandler _boxes = new();
    private readonly PluginHarness _plugin;
    private readonly Recorder _recorder = new();
    private readonly ServiceProvider _services;
    private readonly ILogger _logger;

    public ScrubbedLogTests()
    {
        _plugin = _boxes.Start();
        _services = new ServiceCollection().AddScrubbedLogging().AddLogging(logging => logging.AddProvider(_recorder)).BuildServiceProvider();
        _logger = _services.GetRequiredService<ILogger<ScrubbedLogTests>>();
    }

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        await _plugin.DisposeAsync();
    }

    [Fact]
    public async Task Texts_fields_scopes_and_exceptions_are_without_the_secrets_of_the_call()
    {
        await CreateAsync(secret =>
        {
            using (_logger.BeginScope(new Dictionary<string, object?> { ["Login"] = $"admin:{secret}" }))
                _logger.LogInformation("Logs in with {Secret} and {Encoded} at {Count} places", secret, Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes($"u:{secret}")), 3);
            _logger.LogError(new InvalidOperationException($"refused {secret}", new IOException(secret)), "It failed");
            _logger.LogWarning("A list: {List}", [new[] { "a", secret }]);
        });

        Assert.DoesNotContain(_recorder.Lines, line => line.Contains(Planted, StringComparison.Ordinal) || line.Contains("cGxhbnRlZC1zZWNyZX", StringComparison.Ordinal));
        var all = string.Join('\n', _recorder.Lines);
        Assert.Contains("scope Login=admin:***", all, StringComparison.Ordinal);
        Assert.Contains("Logs in with *** and ", all, StringComparison.Ordinal);
        Assert.Contains("Count=3 (Int32)", all, StringComparison.Ordinal);
        Assert.Contains("InvalidOperationException: refused ***", all, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_handler_starts_is_looked_through_too_and_what_comes_after_the_call_is_not()
    {
        await CreateAsync(secret => Task.Run(() => _logger.LogInformation("From a task: {Secret}", secret)));
        _logger.LogInformation("Afterwards: {Text}", Planted);
        Assert.Contains(_recorder.Lines, line => line.StartsWith("From a task: ***", StringComparison.Ordinal));
        Assert.Contains(_recorder.Lines, line => line.StartsWith($"Afterwards: {Planted}", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_call_without_secrets_logs_what_it_says()
    {
        _boxes.Create = (request, _) =>
        {
            _logger.LogInformation("Makes {Name}", request.Desired.Name);
            return Task.FromResult<CreateResult<Box>>(new CreateResult<Box>.Success("box-1", request.Desired));
        };
        await _plugin.ExecuteAsync(Requests.Create("Test::Box::Box", new { Name = Planted }));
        Assert.Contains(_recorder.Lines, line => line.StartsWith($"Makes {Planted}", StringComparison.Ordinal));
    }

    private Task CreateAsync(Action<string> work) => CreateAsync(secret =>
    {
        work(secret);
        return Task.CompletedTask;
    });

    private async Task CreateAsync(Func<string, Task> work)
    {
        _boxes.Create = async (request, _) =>
        {
            await work(request.Desired.Secret!);
            return new CreateResult<Box>.Success("box-1", request.Desired);
        };
        await _plugin.ExecuteAsync(Requests.Create("Test::Box::Box", new { Name = "a", Secret = _plugin.Seal.Seal(JsonSerializer.SerializeToElement(Planted)) }));
    }

    /// <summary>Everything that a provider could write down.</summary>
    private sealed class Recorder : ILoggerProvider, ILogger, ISupportExternalScope
    {
        private IExternalScopeProvider _scopes = new LoggerExternalScopeProvider();

        public ConcurrentQueue<string> Lines { get; } = [];

        public ILogger CreateLogger(string categoryName) => this;

        public void SetScopeProvider(IExternalScopeProvider scopeProvider) => _scopes = scopeProvider;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => _scopes.Push(state);

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            Lines.Enqueue($"{formatter(state, exception)} {Fields(state)} {exception}");
            _scopes.ForEachScope((scope, lines) => lines.Enqueue($"scope {Fields(scope)} {scope}"), Lines);
        }

        public void Dispose()
        {
        }

        private static string Fields(object? state) =>
            state is IEnumerable<KeyValuePair<string, object?>> fields ? string.Join(' ', fields.Select(field => $"{field.Key}={field.Value} ({field.Value?.GetType().Name})")) : "";
    }
}
