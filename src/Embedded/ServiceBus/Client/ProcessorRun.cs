using System.Diagnostics.CodeAnalysis;
using Azure.Messaging.ServiceBus;

namespace Formae.Embedded.ServiceBus;

/// <summary>One run of a processor, from start to stop: the receive loop and the calls that it has started.</summary>
[SuppressMessage("Design", "CA1031", Justification = "A handler may throw anything; every failure goes to the error handler.")]
internal sealed class ProcessorRun(ServiceBusProcessor processor, ServiceBusReceiver receiver, TimeProvider clock)
{
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _slots = new(processor.MaxConcurrentCalls, processor.MaxConcurrentCalls);
    private readonly CancellationTokenSource _stop = new();
    private readonly LockRenewer? _renewer = processor.ReceiveMode == ServiceBusReceiveMode.PeekLock && processor.MaxAutoLockRenewalDuration != TimeSpan.Zero
        ? new LockRenewer(receiver, clock, processor.MaxAutoLockRenewalDuration, (message, e) => ReportAsync(processor, e, ServiceBusErrorSource.RenewLock, CancellationToken.None))
        : null;
    private Task? _loop;

    public void Start() => _loop = Task.Run(ReceiveLoopAsync);

    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        if (_loop is not null)
            await _loop;
        for (var slot = 0; slot < processor.MaxConcurrentCalls; slot++)
            await _slots.WaitAsync();
        if (_renewer is not null)
            await _renewer.DisposeAsync();
        await receiver.DisposeAsync();
    }

    private async Task ReceiveLoopAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            var free = 0;
            try
            {
                await _slots.WaitAsync(_stop.Token);
                for (free = 1; free < processor.MaxConcurrentCalls && _slots.Wait(0); free++)
                {
                }

                var messages = await receiver.ReceiveMessagesAsync(free, Timeout.InfiniteTimeSpan, _stop.Token);
                if (_stop.IsCancellationRequested && processor.ReceiveMode == ServiceBusReceiveMode.PeekLock)
                {
                    if (messages.Count > 0)
                        await receiver.ReleaseAsync(messages, CancellationToken.None);
                    return;
                }

                foreach (var message in messages)
                {
                    free--;
                    _ = Task.Run(() => CallAsync(message));
                }
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
            catch (ObjectDisposedException e)
            {
                // The client is gone, and nothing will come any more.
                await ReportAsync(processor, e, ServiceBusErrorSource.Receive, _stop.Token);
                return;
            }
            catch (Exception e)
            {
                await ReportAsync(processor, e, ServiceBusErrorSource.Receive, _stop.Token);
                await PauseAsync();
            }
            finally
            {
                if (free > 0)
                    _slots.Release(free);
            }
        }
    }

    /// <summary>Never throws: what fails inside is reported, and the slot is always given back.</summary>
    private async Task CallAsync(ServiceBusReceivedMessage message)
    {
        var source = ServiceBusErrorSource.ProcessMessageCallback;
        try
        {
            _renewer?.Add(message);
            await processor.OnProcessMessageAsync(new ProcessMessageEventArgs(message, receiver, processor.Identifier, _stop.Token));
            source = ServiceBusErrorSource.Complete;
            if (processor.AutoCompleteMessages && IsOpen(message))
                await receiver.CompleteMessageAsync(message);
        }
        catch (Exception e)
        {
            await ReportAsync(processor, e, source, _stop.Token);
            if (source == ServiceBusErrorSource.ProcessMessageCallback && IsOpen(message))
                await AbandonAsync(message);
        }
        finally
        {
            _renewer?.Remove(message);
            _slots.Release();
        }
    }

    private async Task AbandonAsync(ServiceBusReceivedMessage message)
    {
        try
        {
            await receiver.AbandonMessageAsync(message);
        }
        catch (Exception e)
        {
            await ReportAsync(processor, e, ServiceBusErrorSource.Abandon, _stop.Token);
        }
    }

    private bool IsOpen(ServiceBusReceivedMessage message) => processor.ReceiveMode == ServiceBusReceiveMode.PeekLock && !message.IsSettled;

    private async Task PauseAsync()
    {
        try
        {
            await Task.Delay(AfterFailure, TimeProvider.System, _stop.Token);
        }
        catch (OperationCanceledException)
        {
            // Stopped during the pause; the loop sees it.
        }
    }

    private static async Task ReportAsync(ServiceBusProcessor processor, Exception e, ServiceBusErrorSource source, CancellationToken cancellation)
    {
        try
        {
            await processor.OnProcessErrorAsync(new ProcessErrorEventArgs(e, source, processor.FullyQualifiedNamespace, processor.EntityPath, processor.Identifier, cancellation));
        }
        catch (Exception)
        {
            // An error handler that throws has nobody left to be told to; it must not take the processor with it.
        }
    }
}
