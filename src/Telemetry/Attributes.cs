namespace Formae.Telemetry;

/// <summary>The names of attributes of spans, of metrics and of fields of the log. docs/observability.md says what each means, and which of them metrics may have.</summary>
public static class Attributes
{
    /// <summary>The id of a command.</summary>
    public const string CommandId = "formae.command.id";

    /// <summary>What a command does: apply, destroy, sync, ….</summary>
    public const string CommandKind = "formae.command.kind";

    /// <summary>The state of a command.</summary>
    public const string CommandState = "formae.command.state";

    /// <summary>The group of a changeset, from 0.</summary>
    public const string Group = "formae.group";

    /// <summary>The name of an operation on the bus.</summary>
    public const string OperationId = "formae.operation.id";

    /// <summary>What is done to a resource: create, read, update, delete, ….</summary>
    public const string Verb = "formae.operation.verb";

    /// <summary>What came of it.</summary>
    public const string Outcome = "formae.outcome";

    /// <summary>How often it was tried, from 1.</summary>
    public const string Attempt = "formae.attempt";

    /// <summary>The namespace of a plugin.</summary>
    public const string Namespace = "formae.namespace";

    /// <summary>The type of a resource.</summary>
    public const string ResourceType = "formae.resource.type";

    /// <summary>The label of a resource; of spans only.</summary>
    public const string ResourceLabel = "formae.resource.label";

    /// <summary>The label of a stack; of spans only.</summary>
    public const string Stack = "formae.stack";

    /// <summary>The label of a target; of spans only.</summary>
    public const string Target = "formae.target";

    /// <summary>How many.</summary>
    public const string Count = "formae.count";

    /// <summary>The step of a longer course.</summary>
    public const string Step = "formae.step";

    /// <summary>The kind of a durable entity.</summary>
    public const string Entity = "formae.entity";

    /// <summary>Which code a failure has.</summary>
    public const string ErrorType = "error.type";

    /// <summary>Which system carries messages.</summary>
    public const string MessagingSystem = "messaging.system";

    /// <summary>The queue.</summary>
    public const string Queue = "messaging.destination.name";

    /// <summary>What is done with a message: send or process.</summary>
    public const string MessagingOperation = "messaging.operation.type";

    /// <summary>The id of a message.</summary>
    public const string MessageId = "messaging.message.id";

    /// <summary>How many bodies travel in one message.</summary>
    public const string BatchCount = "messaging.batch.message_count";
}
