using System.Text;
using System.Text.RegularExpressions;
using Azure.Data.Tables.Models;

namespace Formae.Embedded.Tables;

/// <summary>What the service refuses whatever the table holds.</summary>
/// <remarks>A key may have 1 KiB, counted in UTF-16: 512 characters. A string may have 64 KiB, counted likewise: 32,768 characters.</remarks>
internal static partial class RowRules
{
    public const int LongestKey = 512;
    public const int MostProperties = 252;
    public const int LongestName = 255;
    public const int LongestString = 32 * 1024;
    public const int LongestBinary = 64 * 1024;
    public const int LargestEntity = 1024 * 1024;
    public const int MostActions = 100;
    public const int LargestRequest = 4 * 1024 * 1024;

    // What one action costs in a batch besides its JSON: boundary, request line and headers.
    private const int ActionOverhead = 350;

    private static readonly DateTimeOffset EarliestTime = new(1601, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>The error of a table's name, or null.</summary>
    public static TableError? CheckTableName(string name) => name switch
    {
        { Length: < 3 or > 63 } => TableErrors.Refused(TableErrorCode.OutOfRangeInput, "The specified resource name length is not within the permissible limits."),
        _ when !TableName().IsMatch(name) => new TableError(400, "InvalidResourceName", "The specified resource name contains invalid characters."),
        _ when name.Equals("tables", StringComparison.OrdinalIgnoreCase) => TableErrors.Refused(TableErrorCode.InvalidInput, "The table name 'tables' is reserved."),
        _ => null,
    };

    /// <summary>The error of a write by itself, or null.</summary>
    public static TableError? Check(TableWrite write)
    {
        if ((CheckKey("PartitionKey", write.PartitionKey) ?? CheckKey("RowKey", write.RowKey)) is { } wrongKey)
            return wrongKey;
        for (var i = 0; i < write.Properties.Count; i++)
        {
            if (Check(write.Properties[i]) is { } wrong)
                return wrong;
        }

        return CheckWhole(write.PartitionKey, write.RowKey, write.Properties);
    }

    /// <summary>The error of an entity as a whole, or null: a merge can make it too large although the change is small.</summary>
    public static TableError? CheckWhole(string partitionKey, string rowKey, IReadOnlyList<Property> properties)
    {
        if (properties.Count > MostProperties)
        {
            return TableErrors.Refused(
                TableErrorCode.TooManyProperties, "The entity contains more properties than allowed. Each entity can include up to 252 properties to store data.");
        }

        return Size(partitionKey, rowKey, properties) > LargestEntity
            ? TableErrors.Refused(TableErrorCode.EntityTooLarge, "The entity is larger than the maximum allowed size (1MB).")
            : null;
    }

    /// <summary>The error of a transaction's actions, or null.</summary>
    public static TableError? Check(IReadOnlyList<TableWrite> writes)
    {
        if (writes.Count > MostActions)
        {
            return TableErrors.Refused(TableErrorCode.InvalidInput, "The batch request operation exceeds the maximum 100 changes per change set.")
                with
            { FailedIndex = MostActions };
        }

        if (writes.Sum(write => (long)BodyLength(write)) > LargestRequest)
            return TableErrors.RequestBodyTooLarge;
        var rowKeys = new HashSet<string>(writes.Count, StringComparer.Ordinal);
        for (var i = 0; i < writes.Count; i++)
        {
            var error = writes[i].PartitionKey != writes[0].PartitionKey
                ? TableErrors.Refused(TableErrorCode.CommandsInBatchActOnDifferentPartitions, "All commands in a batch must operate on same entity group.")
                : Check(writes[i]);
            if (error is null && !rowKeys.Add(writes[i].RowKey))
                error = TableErrors.Refused(TableErrorCode.InvalidDuplicateRow, "The batch request changes an entity more than once.");
            if (error is not null)
                return error with { FailedIndex = i };
        }

        return null;
    }

    [GeneratedRegex("^[A-Za-z][A-Za-z0-9]{2,62}$")]
    private static partial Regex TableName();

    private static TableError? CheckKey(string name, string? key)
    {
        if (key is null)
            return TableErrors.Refused(TableErrorCode.PropertiesNeedValue, "The values are not specified for all properties in the entity.");
        if (key.Length > LongestKey)
            return TableErrors.Refused(TableErrorCode.KeyValueTooLarge, $"The value of the key '{name}' is larger than the maximum allowed size (1KB).");
        foreach (var c in key)
        {
            if (c is '/' or '\\' or '#' or '?' or < '\u0020' or (>= '\u007f' and <= '\u009f'))
                return TableErrors.Refused(TableErrorCode.OutOfRangeInput, $"The '{name}' parameter is out of range: it contains the character U+{(int)c:X4}.");
        }

        return null;
    }

    private static TableError? Check(Property property)
    {
        if (property.Name.Length > LongestName)
            return TableErrors.Refused(TableErrorCode.PropertyNameTooLong, "The property name exceeds the maximum allowed length (255).");
        if (!IsName(property.Name))
            return TableErrors.Refused(TableErrorCode.PropertyNameInvalid, $"The property name '{property.Name}' is invalid.");
        return property.Value switch
        {
            string { Length: > LongestString } or byte[] { Length: > LongestBinary } => TableErrors.Refused(
                TableErrorCode.PropertyValueTooLarge, $"The property value of '{property.Name}' exceeds the maximum allowed size (64KB)."),
            DateTimeOffset time when time < EarliestTime => TableErrors.Refused(
                TableErrorCode.OutOfRangeInput, $"The property '{property.Name}' is out of range: a time must be in or after the year 1601."),
            _ => null,
        };
    }

    private static bool IsName(string name)
    {
        if (name.Length == 0 || !(char.IsLetter(name[0]) || name[0] == '_'))
            return false;
        foreach (var c in name)
        {
            if (!char.IsLetterOrDigit(c) && c != '_')
                return false;
        }

        return true;
    }

    // The service's published formula.
    private static int Size(string partitionKey, string rowKey, IReadOnlyList<Property> properties)
    {
        var size = 4 + ((partitionKey.Length + rowKey.Length) * 2);
        for (var i = 0; i < properties.Count; i++)
        {
            size += 8 + (properties[i].Name.Length * 2) + properties[i].Value switch
            {
                string text => (text.Length * 2) + 4,
                byte[] bytes => bytes.Length + 4,
                bool => 1,
                int => 4,
                Guid => 16,
                _ => 8,
            };
        }

        return size;
    }

    // An estimate of what the client would send, never above it by more than a few percent: text that JSON escapes is counted unescaped.
    private static int BodyLength(TableWrite write)
    {
        var length = ActionOverhead + (2 * ((write.PartitionKey?.Length ?? 0) + (write.RowKey?.Length ?? 0)));
        for (var i = 0; i < write.Properties.Count; i++)
        {
            var (name, value) = write.Properties[i];
            length += name.Length + 6 + value switch
            {
                string text => Encoding.UTF8.GetByteCount(text),
                byte[] bytes => (bytes.Length * 4 / 3) + name.Length + 30,
                bool => 4,
                int => 6,
                Guid => 36 + name.Length + 28,
                _ => 20 + name.Length + 28,
            };
        }

        return length;
    }
}
