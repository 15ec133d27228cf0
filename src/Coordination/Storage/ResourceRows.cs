using System.Text.Json;
using Azure.Data.Tables;
using Formae.Coordination.Catalog;
using Formae.Model;

namespace Formae.Coordination.Storage;

/// <summary>A resource as a row, live or among its versions, and back.</summary>
internal sealed class ResourceRows(PluginCatalog catalog)
{
    public const string Delete = "delete";

    public TableEntity ToRow(Resource resource, string partition, string key, string version, string operation, string commandId)
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
        RowText.Write(row, "Document", JsonSerializer.Serialize(document, StorageJson.Rows.ResourceDocument));
        return row;
    }

    /// <summary>What stays among the versions of a resource that is gone: everything but its properties, which the version before has.</summary>
    public static TableEntity Tombstone(Resource resource, string version, string commandId) =>
        Names(new TableEntity(resource.Ksuid, version), resource, version, Delete, commandId);

    /// <summary>Of a tombstone: a resource without properties.</summary>
    public async ValueTask<Resource> FromRowAsync(TableEntity row, CancellationToken cancellation)
    {
        var document = RowText.Read(row, "Document") is { } text ? JsonSerializer.Deserialize(text, StorageJson.Rows.ResourceDocument)! : new ResourceDocument();
        var type = row.GetString("Type");

        // A row may be older than the mark that makes a secret of a field: what it holds in the open is hashed here, until it is in the row itself.
        var schema = document.Schema is null ? await catalog.FindSchemaAsync(type, cancellation) : catalog.SchemaOf(type) ?? KnownSecrets.Complete(type, document.Schema);
        return new Resource
        {
            Ksuid = row.GetString("Ksuid") ?? row.PartitionKey,
            Version = row.GetString("Version") ?? row.RowKey,
            Type = type,
            Label = row.GetString("Label"),
            Stack = row.GetString("Stack"),
            Target = row.GetString("Target") ?? "",
            Managed = row.GetBoolean("Managed") ?? true,
            NativeId = row.GetString("NativeId"),
            Properties = document.Properties is { } properties ? SecretValues.Hashed(properties, schema) : null,
            ReadOnlyProperties = document.ReadOnlyProperties is { } readOnly ? SecretValues.Hashed(readOnly, schema) : null,
            Group = document.Group,
            Schema = schema,
        };
    }

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
