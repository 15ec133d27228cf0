using Formae.Engine.Operations;

namespace Formae.Coordination.Operations;

/// <summary>The name of an operation on the bus: command, place in it, and what is done. It tells the entity that a report belongs to.</summary>
public readonly record struct OperationName(string CommandId, string Place, string Action)
{
    /// <summary>A read on behalf of a reference; its place is the KSUID of the producer.</summary>
    public const string Resolve = "resolve";

    /// <summary>A read on behalf of a synchronisation; its place is the KSUID.</summary>
    public const string Look = "look";

    public bool IsReference => Action == Resolve;

    public bool IsLook => Action == Look;

    public OperationKind? Kind => Action switch
    {
        "create" => OperationKind.Create,
        "update" => OperationKind.Update,
        "delete" => OperationKind.Delete,
        _ => null,
    };

    public static OperationName Of(Operation operation) => new(operation.CommandId, operation.UpdateRow, operation.Kind.ToString().ToLowerInvariant());

    public static OperationName OfReference(string commandId, string producer) => new(commandId, producer, Resolve);

    public static OperationName OfLook(string commandId, string ksuid) => new(commandId, ksuid, Look);

    public static bool TryParse(string text, out OperationName name)
    {
        name = default;
        if (text.Split('/') is not [{ Length: > 0 } command, { Length: > 0 } place, { Length: > 0 } action])
            return false;
        name = new OperationName(command, place, action);
        return name.IsReference || name.IsLook || name.Kind is not null;
    }

    public override string ToString() => $"{CommandId}/{Place}/{Action}";
}
