using System.Text.Json;
using Azure.Data.Tables;
using Formae.Coordination.Catalog;
using Formae.Model;

namespace Formae.Coordination.Storage;

/// <summary>A resource as a row, live or among its versions, and back.</summary>
internal sealed class ResourceRows(FormaeTables tables, PluginCatalog catalog)
{
    public const string Delete = "delete";

    /// <summary>The columns that <see cref="NamesOf"/> needs.</summary>
    public static readonly string[] NameColumns = ["PartitionKey", "RowKey", "Ksuid", "Version", "Type", "Label", "Stack", "Target", "Managed", "NativeId"];

    /// <summary>The live row; a copy of it is to stand among the versions.</summary>
    public async ValueTask<TableEntity> ToRowAsync(Resource resource, string partition, string key, string version, string operation, string commandId, CancellationToken cancellation)
    {
        var row = Names(new TableEntity(partition, key), resource, version, operation, commandId);
        row["Managed"] = resource.Managed;
        var document = new ResourceDocument
        {
            Properties = resource.Properties,
            ReadOnlyProperties = resource.ReadOnlyProperties,
            Schema = catalog.IsOwn(resource.Type, resource.Schema) ? null : resource.Schema,
            Group = resource.Group,
        };
        await tables.Texts.WriteAsync(
            tables.Resources, row, "Document", JsonSerializer.Serialize(document, StorageJson.Rows.ResourceDocument), cancellation, new RowPlace(tables.Versions, resource.Ksuid!, version));
        return row;
    }

    /// <summary>What stays among the versions of a resource that is gone: everything but its properties, which the version before has.</summary>
    public static TableEntity Tombstone(Resource resource, string version, string commandId) =>
        Names(new TableEntity(resource.Ksuid, version), resource, version, Delete, commandId);

    /// <summary>Of a tombstone: a resource without properties.</summary>
    public async ValueTask<Resource> FromRowAsync(TableEntity row, CancellationToken cancellation)
    {
        var document = await tables.Texts.ReadAsync(row, "Document", cancellation) is { } text ? JsonSerializer.Deserialize(text, StorageJson.Rows.ResourceDocument)! : new ResourceDocument();
        var names = NamesOf(row);
        var type = names.Type;

        // A row may be older than the mark that makes a secret of a field: what it holds in the open is hashed here, until it is in the row itself.
        var schema = document.Schema is null ? await catalog.FindSchemaAsync(type, cancellation) : catalog.SchemaOf(type) ?? KnownSecrets.Complete(type, document.Schema);
        return names with
        {
            Properties = document.Properties is { } properties ? SecretValues.Hashed(properties, schema) : null,
            ReadOnlyProperties = document.ReadOnlyProperties is { } readOnly ? SecretValues.Hashed(readOnly, schema) : null,
            Group = document.Group,
            Schema = schema,
        };
    }

    /// <summary>A resource without what its document says: no properties and no schema.</summary>
    public static Resource NamesOf(TableEntity row) => new()
    {
        Ksuid = row.GetString("Ksuid") ?? row.PartitionKey,
        Version = row.GetString("Version") ?? row.RowKey,
        Type = row.GetString("Type"),
        Label = row.GetString("Label"),
        Stack = row.GetString("Stack"),
        Target = row.GetString("Target") ?? "",
        Managed = row.GetBoolean("Managed") ?? true,
        NativeId = row.GetString("NativeId"),
    };

    public static TableEntity Copy(TableEntity row, string partition, string key)
    {
        var copy = new TableEntity(partition, key);
        foreach (var (name, value) in row)
        {
            if (name is not ("PartitionKey" or "RowKey" or "odata.etag" or "Timestamp"))
                copy[name] = value;
        }

        return copy;
    }

    private static TableEntity Names(TableEntity row, Resource resource, string version, string operation, string commandId)
    {
        row["Ksuid"] = resource.Ksuid;
        row["Version"] = version;
        row["Type"] = resource.Type;
        row["Label"] = resource.Label;
        row["Stack"] = resource.Stack;
        row["Target"] = resource.Target;
        row["Operation"] = operation;
        row["CommandId"] = commandId;
        if (resource.NativeId is { } nativeId)
            row["NativeId"] = nativeId;
        return row;
    }
}
