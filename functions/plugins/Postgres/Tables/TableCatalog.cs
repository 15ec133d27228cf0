namespace Formae.Plugins.Postgres;

/// <summary>Reads a table from the catalog.</summary>
internal static class TableCatalog
{
    /// <summary>Null when there is none of this name.</summary>
    /// <param name="session">Its search path decides which names are printed with their schema.</param>
    /// <param name="schema">Null is the session's own schema for temporary tables.</param>
    /// <param name="name">The table.</param>
    public static Task<TableRow?> FindAsync(Session session, string? schema, string name) => session.JsonAsync(
        """
        SELECT json_build_object(
          'Owner', pg_get_userbyid(c.relowner),
          'Comment', obj_description(c.oid, 'pg_class'),
          'Columns', coalesce((
            SELECT json_agg(json_build_object(
              'Name', attname, 'Type', format_type(atttypid, atttypmod), 'TypeId', atttypid::bigint, 'Modifier', atttypmod, 'Nullable', NOT attnotnull, 'Identity', attidentity,
              'Default', CASE attgenerated WHEN '' THEN pg_get_expr(adbin, adrelid) END,
              'Generated', CASE attgenerated WHEN '' THEN NULL ELSE pg_get_expr(adbin, adrelid) END,
              'Comment', col_description(c.oid, attnum)) ORDER BY attnum)
            FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
            WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped), '[]'),
          'Constraints', coalesce((
            SELECT json_agg(json_build_object(
              'Name', conname, 'Kind', contype, 'Expression', pg_get_expr(conbin, conrelid),
              'Columns', (SELECT json_agg(attname ORDER BY place) FROM unnest(conkey) WITH ORDINALITY AS key (number, place) JOIN pg_attribute ON attrelid = conrelid AND attnum = number),
              'ReferencedSchema', nspname, 'ReferencedTable', other.relname,
              'ReferencedColumns', (SELECT json_agg(attname ORDER BY place) FROM unnest(confkey) WITH ORDINALITY AS key (number, place) JOIN pg_attribute ON attrelid = confrelid AND attnum = number),
              'OnDelete', CASE contype WHEN 'f' THEN confdeltype END, 'OnUpdate', CASE contype WHEN 'f' THEN confupdtype END) ORDER BY conname)
            FROM pg_constraint LEFT JOIN pg_class AS other ON other.oid = confrelid LEFT JOIN pg_namespace ON pg_namespace.oid = other.relnamespace
            WHERE conrelid = c.oid AND contype IN ('p', 'u', 'c', 'f')), '[]'),
          'Indexes', coalesce((
            SELECT json_agg(json_build_object(
              'Name', i.relname, 'Definition', pg_get_indexdef(i.oid, 0, true), 'Method', amname, 'Unique', indisunique, 'Where', pg_get_expr(indpred, indrelid),
              'Include', coalesce((SELECT json_agg(attname ORDER BY attnum) FROM pg_attribute WHERE attrelid = i.oid AND attnum > indnkeyatts), '[]')) ORDER BY i.relname)
            FROM pg_index JOIN pg_class AS i ON i.oid = indexrelid JOIN pg_am ON pg_am.oid = i.relam
            WHERE indrelid = c.oid AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = i.oid AND conrelid = c.oid AND contype IN ('p', 'u', 'x'))), '[]'))::text
        FROM pg_class AS c
        WHERE relname = $2 AND relkind = 'r' AND relnamespace = CASE WHEN $1::text IS NULL THEN pg_my_temp_schema() ELSE (SELECT oid FROM pg_namespace WHERE nspname = $1) END
        """,
        PostgresJson.Default.TableRow,
        schema,
        name);

    /// <summary>The table as it is written means: a temporary one is made of it, looked at and undone. Constraints to other tables have no expressions and stay as they are written.</summary>
    public static async Task<TableRow> MeaningOfAsync(Session session, Table written)
    {
        var meant = await session.TryOutAsync(async () =>
        {
            foreach (var statement in TableStatements.Create(written, $"pg_temp.{Quoted.Name(written.Name)}", isTrial: true))
                await session.ExecuteAsync(statement).ConfigureAwait(false);
            return await FindAsync(session, schema: null, written.Name).ConfigureAwait(false);
        }).ConfigureAwait(false) ?? throw new InvalidOperationException($"The temporary table '{written.Name}' was made and is not to be found.");
        return meant with
        {
            Constraints = [.. meant.Constraints, .. (written.ForeignKeys ?? []).Select(key => new ConstraintRow
            {
                Name = key.Name,
                Kind = ConstraintRow.Foreign,
                Columns = key.Columns,
                ReferencedSchema = key.ReferencedSchema ?? written.Schema,
                ReferencedTable = key.ReferencedTable,
                ReferencedColumns = key.ReferencedColumns,
                OnDelete = ConstraintRow.Letter(key.OnDelete),
                OnUpdate = ConstraintRow.Letter(key.OnUpdate),
            })],
        };
    }
}
