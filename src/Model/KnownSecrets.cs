using System.Collections.Frozen;

namespace Formae.Model;

/// <summary>
/// Fields that hold secrets in types older than the mark for it: they are taken as opaque whatever the schema says. Completed where a schema comes in (a plugin's
/// announcement, a stored row, a plugin's own type), so that whoever goes by hints goes by these too.
/// </summary>
public static class KnownSecrets
{
    private static readonly FrozenDictionary<string, string[]> Fields = new Dictionary<string, string[]>
    {
        ["AWS::SecretsManager::Secret"] = ["SecretString"],
        ["AWS::RDS::DBInstance"] = ["MasterUserPassword", "TdeCredentialPassword"],
        ["AWS::RDS::DBCluster"] = ["MasterUserPassword"],
        ["AWS::RDS::DatabaseRole"] = ["Password"],
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    /// <summary>For types whose plugin is gone: nothing is known of them but their secrets.</summary>
    private static readonly FrozenDictionary<string, ResourceSchema> Alone =
        Fields.ToFrozenDictionary(type => type.Key, type => With(new ResourceSchema(), type.Value), StringComparer.OrdinalIgnoreCase);

    /// <summary>The schema with these fields marked; the very same object where nothing is missing.</summary>
    public static ResourceSchema? Complete(string type, ResourceSchema? schema)
    {
        if (!Fields.TryGetValue(type, out var secrets))
            return schema;
        if (schema is null)
            return Alone[type];
        return secrets.All(field => schema.Hints.TryGetValue(field, out var hint) && hint.Opaque) ? schema : With(schema, secrets);
    }

    private static ResourceSchema With(ResourceSchema schema, string[] secrets)
    {
        var hints = new Dictionary<string, FieldHint>(schema.Hints, StringComparer.Ordinal);
        foreach (var field in secrets)
            hints[field] = hints.TryGetValue(field, out var hint) ? hint with { Opaque = true } : new FieldHint { Opaque = true };
        return schema with { Hints = hints };
    }
}
