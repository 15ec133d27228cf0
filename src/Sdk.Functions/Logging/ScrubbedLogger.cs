using Microsoft.Extensions.Logging;

namespace Formae.Sdk.Functions.Logging;

/// <summary>Hands on what is logged; while an operation with secrets is served, without them. Text, fields, scopes and exceptions are all looked through.</summary>
internal sealed class ScrubbedLogger(ILogger inner) : ILogger
{
    public IDisposable? BeginScope<TState>(TState state) where TState : notnull =>
        CallSecrets.Any ? inner.BeginScope(ScrubbedState.Of(state, CallSecrets.Scrub(state.ToString() ?? ""))) : inner.BeginScope(state);

    public bool IsEnabled(LogLevel logLevel) => inner.IsEnabled(logLevel);

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (!CallSecrets.Any || !inner.IsEnabled(logLevel))
        {
            inner.Log(logLevel, eventId, state, exception, formatter);
            return;
        }

        // The text is made of the very exception, before it is looked through.
        var text = CallSecrets.Scrub(formatter(state, exception));
        inner.Log(logLevel, eventId, ScrubbedState.Of(state, text), ScrubbedException.Of(exception), static (scrubbed, _) => scrubbed.ToString());
    }
}

/// <summary>An exception whose text repeats a secret, without it.</summary>
internal sealed class ScrubbedException : Exception
{
    private readonly string _text;

    private ScrubbedException(string message, string text)
        : base(message) => _text = text;

    public static Exception? Of(Exception? exception)
    {
        if (exception is null)
            return null;
        var text = exception.ToString();
        var scrubbed = CallSecrets.Scrub(text);
        return scrubbed == text ? exception : new ScrubbedException(CallSecrets.Scrub($"{exception.GetType().Name}: {exception.Message}"), scrubbed);
    }

    public override string ToString() => _text;
}
