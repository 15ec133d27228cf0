using Azure.Messaging.ServiceBus;
using Microsoft.Extensions.Logging;

namespace Formae.Embedded.Functions;

/// <summary>Feeds a function with batches, one after the other. As in the real host, neither the concurrency nor the lock renewal of host.json holds here.</summary>
internal sealed partial class BatchListener : IListener
{
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(1);

    private readonly CompiledFunction _function;
    private readonly ServiceBusReceiver _receiver;
    private readonly bool _autoComplete;
    private readonly int _largest;
    private readonly TimeProvider _time;
    private readonly CancellationToken _ending;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stopping = new();
    private Task _loop = Task.CompletedTask;

    public BatchListener(CompiledFunction function, ServiceBusTriggerBinding trigger, ServiceBusClient client, HostJson.BusSection host, TimeProvider time, CancellationToken ending, ILogger logger)
    {
        (_function, _autoComplete, _largest, _time, _ending, _logger) = (function, trigger.AutoComplete, host.MaxMessageBatchSize, time, ending, logger);
        var options = new ServiceBusReceiverOptions { PrefetchCount = host.PrefetchCount };
        _receiver = trigger.QueueName is { } queue ? client.CreateReceiver(queue, options) : client.CreateReceiver(trigger.TopicName!, trigger.SubscriptionName!, options);
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _loop = Task.Run(RunAsync, CancellationToken.None);
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        await _loop.WaitAsync(cancellationToken);
        await _receiver.DisposeAsync();
    }

    private async Task RunAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                var messages = await _receiver.ReceiveMessagesAsync(_largest, Timeout.InfiniteTimeSpan, _stopping.Token);
                if (messages.Count > 0)
                    await ServeAsync([.. messages]);
            }
            catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                LogReceiveFailed(_logger, e, _function.Definition.Name, _receiver.EntityPath);
                await PauseAsync();
            }
        }
    }

    /// <summary>Never throws: what fails is logged, and what stays unsettled comes again.</summary>
    private async Task ServeAsync(ServiceBusReceivedMessage[] messages)
    {
        var actions = new SettlementRecord(_receiver);
        try
        {
            await using var invocation = new InvocationContext(_function, messages, _ending) { TriggerState = actions };
            await _function.InvokeAsync(invocation);
            if (!_autoComplete)
                return;
        }
        catch (Exception e)
        {
            LogFailed(_logger, e, _function.Definition.Name, messages.Length, _receiver.EntityPath);
            await SettleAsync(messages, actions, (receiver, message) => receiver.AbandonMessageAsync(message));
            return;
        }

        await SettleAsync(messages, actions, (receiver, message) => receiver.CompleteMessageAsync(message));
    }

    private async Task SettleAsync(ServiceBusReceivedMessage[] messages, SettlementRecord actions, Func<ServiceBusReceiver, ServiceBusReceivedMessage, Task> settle)
    {
        try
        {
            await Task.WhenAll(messages.Where(actions.IsOpen).Select(message => settle(_receiver, message)));
        }
        catch (Exception e)
        {
            LogSettleFailed(_logger, e, _function.Definition.Name, _receiver.EntityPath);
        }
    }

    private async Task PauseAsync()
    {
        try
        {
            await Task.Delay(AfterFailure, _time, _stopping.Token);
        }
        catch (OperationCanceledException)
        {
            // Stopped during the pause; the loop sees it.
        }
    }
}
