using System.Collections;

namespace Formae.Telemetry;

/// <summary>The scope of everything that is logged for a command or an operation: fields of the line, under the names that spans have.</summary>
public sealed class LogFields : IReadOnlyList<KeyValuePair<string, object?>>
{
    private readonly KeyValuePair<string, object?>[] _fields;

    private LogFields(KeyValuePair<string, object?>[] fields) => _fields = fields;

    /// <inheritdoc/>
    public int Count => _fields.Length;

    /// <inheritdoc/>
    public KeyValuePair<string, object?> this[int index] => _fields[index];

    /// <summary>Of a command.</summary>
    public static LogFields OfCommand(string commandId) => new([new(Attributes.CommandId, commandId)]);

    /// <summary>Of an operation.</summary>
    /// <param name="operationId">Its name on the bus, which begins with the command's id.</param>
    /// <param name="resourceType">The type of its resource, where it is known.</param>
    public static LogFields OfOperation(string operationId, string? resourceType = null)
    {
        var command = operationId.IndexOf('/', StringComparison.Ordinal) is > 0 and var end ? operationId[..end] : operationId;
        return new LogFields(resourceType is null
            ? [new(Attributes.CommandId, command), new(Attributes.OperationId, operationId)]
            : [new(Attributes.CommandId, command), new(Attributes.OperationId, operationId), new(Attributes.ResourceType, resourceType)]);
    }

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, object?>> GetEnumerator() => ((IEnumerable<KeyValuePair<string, object?>>)_fields).GetEnumerator();

    /// <inheritdoc/>
    public override string ToString() => string.Join(' ', _fields.Select(field => $"{field.Key}={field.Value}"));

    IEnumerator IEnumerable.GetEnumerator() => _fields.GetEnumerator();
}
