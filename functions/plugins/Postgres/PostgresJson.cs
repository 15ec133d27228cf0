using System.Text.Json.Serialization;

namespace Formae.Plugins.Postgres;

/// <summary>Rows that the server answers as JSON.</summary>
[JsonSourceGenerationOptions(RespectNullableAnnotations = true)]
[JsonSerializable(typeof(RoleRow))]
[JsonSerializable(typeof(DatabaseRow))]
[JsonSerializable(typeof(SchemaRow))]
[JsonSerializable(typeof(ExtensionRow))]
[JsonSerializable(typeof(MembershipRow))]
[JsonSerializable(typeof(AccessRow))]
[JsonSerializable(typeof(TableRow))]
[JsonSerializable(typeof(Table))]
internal sealed partial class PostgresJson : JsonSerializerContext;
