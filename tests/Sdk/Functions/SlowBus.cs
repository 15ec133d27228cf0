using System.Text.Json;
using System.Threading.Channels;
using Formae.Messaging.Payloads;
using Formae.Protocol.Bus;

namespace Formae.Sdk.Tests.Functions;

/// <summary>A place that cannot be reached while the test says so.</summary>
internal sealed class AwayPayloads(PayloadStore real) : PayloadStore
{
    public volatile bool IsAway;

    public override Task DeleteAsync(string name, CancellationToken cancellation) => real.DeleteAsync(name, cancellation);

    public override Task<bool> DeleteIfOlderAsync(string name, DateTimeOffset before, CancellationToken cancellation) => real.DeleteIfOlderAsync(name, before, cancellation);

    public override Task<int> DeleteOlderAsync(string area, DateTimeOffset before, CancellationToken cancellation) => real.DeleteOlderAsync(area, before, cancellation);

    protected override async Task WriteAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellation)
    {
        if (IsAway)
            throw new IOException("/secret/place is away.");
        await real.PutAsync(name.Split('/')[0], content, cancellation);
    }

    protected override Task<BinaryData?> ReadAsync(string name, CancellationToken cancellation) => throw new NotSupportedException();
}

/// <summary>A bus that takes a message when the test says so.</summary>
internal sealed class SlowBus
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Channel<Sending> _sendings = Channel.CreateUnbounded<Sending>();

    public int Sent => _sendings.Reader.Count;

    public Task SendAsync(string queue, BinaryData body)
    {
        var sending = new Sending(queue, body);
        _sendings.Writer.TryWrite(sending);
        return sending.Task;
    }

    public async Task<Sending> NextAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        return await _sendings.Reader.ReadAsync(patience.Token);
    }
}

internal sealed class Sending(string queue, BinaryData body)
{
    private readonly TaskCompletionSource _taken = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string Queue => queue;

    public int Bytes => body.ToMemory().Length;

    public IReadOnlyList<OperationReport> Reports { get; } = JsonSerializer.Deserialize(body.ToMemory().Span, BusJson.Default.OperationReports)!.Reports;

    public int Count => Reports.Count;

    public Task Task => _taken.Task;

    public void Taken() => _taken.SetResult();

    public void Lost() => _taken.SetException(new IOException("The bus is gone."));
}
