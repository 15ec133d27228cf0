using System.Reflection;
using Azure.Messaging.ServiceBus;
using Microsoft.Azure.Functions.Worker;

namespace Formae.Embedded.Functions;

internal sealed class ServiceBusTriggerBinding : TriggerBinding
{
    private const string DefaultConnection = "ServiceBus";

    /// <exception cref="StartupException">A setting is missing or the trigger asks for what this host has not.</exception>
    public ServiceBusTriggerBinding(FunctionDescriptor function, ServiceBusTriggerAttribute trigger, AppSettings settings, HostJson.BusSection host)
    {
        IsBatched = trigger.IsBatched;
        QueueName = settings.Resolve(trigger.QueueName, function);
        TopicName = settings.Resolve(trigger.TopicName, function);
        SubscriptionName = settings.Resolve(trigger.SubscriptionName, function);
        ConnectionString = settings.Connection(trigger.Connection ?? DefaultConnection)
            ?? throw new StartupException($"{function}: the Service Bus connection is missing: set '{trigger.Connection ?? "AzureWebJobsServiceBus"}' to its connection string.");

        // An attribute cannot tell "false" from "not written"; what the compiler has stored can.
        AutoComplete = function.TriggerParameter.GetCustomAttributesData().Single(data => data.AttributeType == typeof(ServiceBusTriggerAttribute))
            .NamedArguments.Any(argument => argument.MemberName == nameof(ServiceBusTriggerAttribute.AutoCompleteMessages)) ? trigger.AutoCompleteMessages : host.AutoCompleteMessages;
    }

    public string? QueueName { get; }

    public string? TopicName { get; }

    public string? SubscriptionName { get; }

    public string ConnectionString { get; }

    public bool IsBatched { get; }

    public bool AutoComplete { get; }

    public override string SupportedParameters => IsBatched
        ? $"[ServiceBusTrigger(IsBatched = true)] an array of {MessageValue.SupportedTypes}; ServiceBusMessageActions"
        : $"[ServiceBusTrigger] {MessageValue.SupportedTypes}; ServiceBusMessageActions";

    public override ParameterBinder? Bind(ParameterInfo parameter, bool isTrigger)
    {
        var type = parameter.ParameterType;
        if (!isTrigger)
            return type == typeof(ServiceBusMessageActions) ? invocation => new(invocation.TriggerState) : null;
        if (!IsBatched)
            return type.IsArray && type != typeof(byte[]) || MessageValue.ReaderOf(type) is not { } read ? null : invocation => new(read(invocation, (ServiceBusReceivedMessage)invocation.Trigger));
        if (!type.IsArray || type == typeof(byte[]) || MessageValue.ReaderOf(type.GetElementType()!) is not { } readOne)
            return null;
        if (type == typeof(ServiceBusReceivedMessage[]))
            return invocation => new(invocation.Trigger);
        return invocation =>
        {
            var messages = (ServiceBusReceivedMessage[])invocation.Trigger;
            var values = Array.CreateInstance(type.GetElementType()!, messages.Length);
            for (var i = 0; i < messages.Length; i++)
                values.SetValue(readOne(invocation, messages[i]), i);
            return new(values);
        };
    }

    public override IReadOnlyDictionary<string, object?> DataOf(InvocationContext invocation)
    {
        var data = new Dictionary<string, object?>(StringComparer.OrdinalIgnoreCase);
        if (invocation.Trigger is not ServiceBusReceivedMessage message)
        {
            var messages = (ServiceBusReceivedMessage[])invocation.Trigger;
            data["MessageIdArray"] = messages.Select(one => one.MessageId).ToArray();
            data["DeliveryCountArray"] = messages.Select(one => one.DeliveryCount).ToArray();
            return data;
        }

        data["MessageId"] = message.MessageId;
        data["CorrelationId"] = message.CorrelationId;
        data["Subject"] = message.Subject;
        data["ContentType"] = message.ContentType;
        data["DeliveryCount"] = message.DeliveryCount;
        data["SequenceNumber"] = message.SequenceNumber;
        data["EnqueuedTimeUtc"] = message.EnqueuedTime.UtcDateTime;
        data["LockToken"] = message.LockToken;
        data["ApplicationProperties"] = message.ApplicationProperties;
        return data;
    }
}
