#nullable disable // as in the real package, whose members carry no annotations

namespace Azure.Messaging.ServiceBus;

/// <summary>The bus said no, or could not be reached. <see cref="Reason"/> says which.</summary>
public class ServiceBusException : Exception
{
    public ServiceBusException() : this(false, "The bus could not do it.")
    {
    }

    public ServiceBusException(string message, ServiceBusFailureReason reason, string entityPath = null, Exception innerException = null)
        : this(IsUsuallyTransient(reason), message, entityPath, reason, innerException)
    {
    }

    public ServiceBusException(bool isTransient, string message, string entityName = null, ServiceBusFailureReason reason = ServiceBusFailureReason.GeneralError, Exception innerException = null)
        : base(message, innerException)
    {
        IsTransient = isTransient;
        Reason = reason;
        EntityPath = entityName;
    }

    public bool IsTransient { get; }

    public ServiceBusFailureReason Reason { get; }

    public string EntityPath { get; }

    public override string Message => string.IsNullOrEmpty(EntityPath) ? $"{base.Message} ({Reason})" : $"{base.Message} ({Reason}, entity '{EntityPath}')";

    private static bool IsUsuallyTransient(ServiceBusFailureReason reason) =>
        reason is ServiceBusFailureReason.ServiceCommunicationProblem or ServiceBusFailureReason.ServiceTimeout or ServiceBusFailureReason.ServiceBusy;
}
