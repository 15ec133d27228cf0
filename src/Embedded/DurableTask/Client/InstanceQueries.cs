using System.Globalization;
using System.Text;
using Formae.Embedded.DurableTask.Messages;
using Formae.Embedded.Sqlite;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace Formae.Embedded.DurableTask.Client;

/// <summary>Reads instances out of the store. Pages follow the order of ids; the continuation token is the last id.</summary>
internal static class InstanceQueries
{
    private const string Columns = "i.id, i.name, i.status, i.created, i.updated, i.tags, i.custom_status, i.output, i.failure";

    public static OrchestrationMetadata? Find(SqliteConnection connection, string id, bool withData, DataConverter converter)
    {
        var row = connection.Statement($"SELECT {Columns}, d.input FROM instances i LEFT JOIN inputs d ON d.id=i.id WHERE i.id=?").Bind(1, id);
        var found = row.Step() ? MetadataOf(row, withData, converter) : null;
        row.Reset();
        return found;
    }

    public static Page<OrchestrationMetadata> Page(SqliteConnection connection, OrchestrationQuery query, string? token, int size, DataConverter converter)
    {
        var filter = new Filter();
        filter.Created(query.CreatedFrom, query.CreatedTo);
        filter.Statuses(query.Statuses);
        if (!string.IsNullOrEmpty(query.InstanceIdPrefix))
            filter.Prefix("i.id", query.InstanceIdPrefix);
        if (token is not null)
            filter.Add("i.id>?", token);
        using var rows = filter.Prepare(connection, $"SELECT {Columns}, d.input FROM instances i LEFT JOIN inputs d ON d.id=i.id", $"ORDER BY i.id LIMIT {(size + 1).ToString(CultureInfo.InvariantCulture)}");
        var values = new List<OrchestrationMetadata>();
        while (rows.Step())
        {
            if (values.Count == size)
                return new Page<OrchestrationMetadata>(values, values[^1].InstanceId);
            values.Add(MetadataOf(rows, query.FetchInputsAndOutputs, converter));
        }

        return new Page<OrchestrationMetadata>(values);
    }

    /// <summary>The finished instances that a purge means.</summary>
    public static List<string> Purgeable(SqliteConnection connection, PurgeInstancesFilter filter)
    {
        var where = new Filter();
        where.Created(filter.CreatedFrom, filter.CreatedTo);
        where.Statuses(filter.Statuses);
        where.Add($"i.status IN ({(int)OrchestrationRuntimeStatus.Completed}, {(int)OrchestrationRuntimeStatus.Failed}, {(int)OrchestrationRuntimeStatus.Terminated})");
        using var rows = where.Prepare(connection, "SELECT i.id FROM instances i", "");
        var ids = new List<string>();
        while (rows.Step())
            ids.Add(rows.Text(0));
        return ids;
    }

    private static OrchestrationMetadata MetadataOf(SqliteStatement row, bool withData, DataConverter converter) => new(row.Text(1), row.Text(0))
    {
        RuntimeStatus = (OrchestrationRuntimeStatus)row.Int32(2),
        CreatedAt = new DateTimeOffset(row.Int64(3), TimeSpan.Zero),
        LastUpdatedAt = new DateTimeOffset(row.Int64(4), TimeSpan.Zero),
        Tags = row.TextOrNull(5) is { } tags ? converter.Deserialize<Dictionary<string, string>>(tags)! : new Dictionary<string, string>(),
        SerializedCustomStatus = withData ? row.TextOrNull(6) : null,
        SerializedOutput = withData ? row.TextOrNull(7) : null,
        SerializedInput = withData ? row.TextOrNull(9) : null,
        FailureDetails = withData && !row.IsNull(8) ? MessageCodec.DecodeFailure(row.Bytes(8)) : null,
        DataConverter = withData ? converter : null,
    };
}

/// <summary>Conditions of a query and their values.</summary>
internal sealed class Filter
{
    private readonly StringBuilder _where = new();
    private readonly List<object> _values = [];

    public void Add(string condition, params object[] values)
    {
        _where.Append(_where.Length == 0 ? " WHERE " : " AND ").Append(condition);
        _values.AddRange(values);
    }

    public void Created(DateTimeOffset? from, DateTimeOffset? to)
    {
        if (from is not null)
            Add("i.created>=?", from.Value.UtcTicks);
        if (to is not null)
            Add("i.created<=?", to.Value.UtcTicks);
    }

    public void Statuses(IEnumerable<OrchestrationRuntimeStatus>? statuses)
    {
        if (statuses?.Distinct().ToArray() is { Length: > 0 } some)
            Add($"i.status IN ({string.Join(',', some.Select(_ => '?'))})", [.. some.Select(status => (object)(long)status)]);
    }

    /// <summary>Text that begins so, compared byte by byte as the key is.</summary>
    public void Prefix(string column, string prefix) => Add($"{column}>=? AND substr({column}, 1, length(?))=?", prefix, prefix, prefix);

    public SqliteStatement Prepare(SqliteConnection connection, string select, string tail)
    {
        var statement = connection.Prepare($"{select}{_where} {tail}");
        for (var i = 0; i < _values.Count; i++)
        {
            if (_values[i] is long number)
                statement.Bind(i + 1, number);
            else
                statement.Bind(i + 1, (string)_values[i]);
        }

        return statement;
    }
}
