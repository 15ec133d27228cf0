using Azure.Messaging.ServiceBus;
using Microsoft.Extensions.Logging;

namespace Formae.Embedded.Functions;

/// <summary>Feeds a function with single messages, a number of them at a time. Locks are renewed while the function runs.</summary>
internal sealed partial class MessageListener : IListener
{
    private readonly CompiledFunction _function;
    private readonly ServiceBusProcessor _processor;
    private readonly CancellationToken _ending;
    private readonly ILogger _logger;

    public MessageListener(CompiledFunction function, ServiceBusTriggerBinding trigger, ServiceBusClient client, HostJson.BusSection host, CancellationToken ending, ILogger logger)
    {
        (_function, _ending, _logger) = (function, ending, logger);
        var options = new ServiceBusProcessorOptions
        {
            AutoCompleteMessages = trigger.AutoComplete,
            MaxConcurrentCalls = host.MaxConcurrentCalls,
            PrefetchCount = host.PrefetchCount,
            MaxAutoLockRenewalDuration = host.MaxAutoLockRenewalDuration,
        };
        _processor = trigger.QueueName is { } queue ? client.CreateProcessor(queue, options) : client.CreateProcessor(trigger.TopicName!, trigger.SubscriptionName!, options);
        _processor.ProcessMessageAsync += CallAsync;
        _processor.ProcessErrorAsync += ReportAsync;
    }

    public Task StartAsync(CancellationToken cancellationToken) => _processor.StartProcessingAsync(cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => _processor.StopProcessingAsync(cancellationToken);

    /// <summary>The token is not the processor's, which ends with the first wish to stop: what runs may finish in the time that a drain allows.</summary>
    private async Task CallAsync(ProcessMessageEventArgs call)
    {
        await using var invocation = new InvocationContext(_function, call.Message, _ending) { TriggerState = new SingleMessageActions(call) };
        await _function.InvokeAsync(invocation);
    }

    private Task ReportAsync(ProcessErrorEventArgs error)
    {
        if (error.ErrorSource == ServiceBusErrorSource.ProcessMessageCallback)
            LogFailed(_logger, error.Exception, _function.Definition.Name, error.EntityPath);
        else
            LogBus(_logger, error.Exception, _function.Definition.Name, error.EntityPath, error.ErrorSource);
        return Task.CompletedTask;
    }
}
