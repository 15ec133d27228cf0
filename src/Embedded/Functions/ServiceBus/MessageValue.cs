using System.Text.Json;
using Azure.Messaging.ServiceBus;
using Microsoft.Azure.Functions.Worker;

namespace Formae.Embedded.Functions;

/// <summary>Turns a message into what the function's parameter asks for.</summary>
internal static class MessageValue
{
    public const string SupportedTypes = "ServiceBusReceivedMessage, string, byte[], BinaryData or a class read from JSON";

    public static Func<InvocationContext, ServiceBusReceivedMessage, object?>? ReaderOf(Type type)
    {
        if (type == typeof(ServiceBusReceivedMessage))
            return (_, message) => message;
        if (type == typeof(string))
            return (_, message) => message.Body.ToString();
        if (type == typeof(byte[]))
            return (_, message) => message.Body.ToArray();
        if (type == typeof(BinaryData))
            return (_, message) => message.Body;
        return type.IsInterface || type.IsPointer || typeof(Delegate).IsAssignableFrom(type) || typeof(Stream).IsAssignableFrom(type) ? null : (invocation, message) => ReadJson(invocation, message, type);
    }

    private static object? ReadJson(InvocationContext invocation, ServiceBusReceivedMessage message, Type type)
    {
        try
        {
            return WorkerJson.SerializerOf(invocation).Deserialize(message.Body.ToStream(), type, invocation.CancellationToken);
        }
        catch (JsonException e)
        {
            throw new FunctionInputConverterException($"The body of message '{message.MessageId}' is no {type.Name}: it does not fit at '{e.Path}'.", e);
        }
    }
}
