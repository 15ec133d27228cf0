using System.Threading.Channels;

namespace Formae.Embedded.Functions.Tests;

/// <summary>What functions tell a test: values in order, each waited for with a time-out that says what did not come.</summary>
internal sealed class Signal<T>(string what)
{
    private readonly Channel<T> _values = Channel.CreateUnbounded<T>();

    public void Set(T value) => _values.Writer.TryWrite(value);

    public bool HasValue => _values.Reader.TryPeek(out _);

    public async Task<T> NextAsync()
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        timeout.CancelAfter(TimeSpan.FromSeconds(60));
        try
        {
            return await _values.Reader.ReadAsync(timeout.Token);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"{what} did not come within 60 s.");
        }
    }
}
