using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Formae.Sdk.Testing;

/// <summary>Keeps every line that a plugin logs, as its app would write it: what is secret in the operation at hand is struck out there, too.</summary>
internal sealed class HeardLog : ILoggerProvider
{
    private readonly ConcurrentQueue<string> _lines = new();

    public IReadOnlyCollection<string> Lines => _lines;

    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    public void Dispose()
    {
    }

    private sealed class Logger(HeardLog log, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            log._lines.Enqueue(CallSecrets.Scrub($"{logLevel} {category}: {formatter(state, exception)} {exception}"));
    }
}
