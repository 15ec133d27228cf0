namespace Formae.Plugins.Postgres;

/// <summary>What formae calls an object: the names on the way to it, with a slash between them. A slash or a percent sign in a name is written as a web address writes it.</summary>
internal static class NativeId
{
    public static string Of(params IEnumerable<string> names) => string.Join('/', names.Select(Escaped));

    /// <summary>The same in SQL, of expressions that are names.</summary>
    public static string Sql(params IEnumerable<string> names) => string.Join(" || '/' || ", names.Select(name => $"replace(replace({name}::text, '%', '%25'), '/', '%2F')"));

    /// <exception cref="RefusedException">It has another number of names.</exception>
    public static string[] Names(string nativeId, int count)
    {
        var names = nativeId.Split('/');
        if (names.Length != count || names.Any(name => name.Length == 0))
            throw RefusedException.Invalid($"'{nativeId}' is no id of this type: it must be {count} {(count == 1 ? "name" : "names with '/' between them")}.");
        return [.. names.Select(name => name.Replace("%2F", "/", StringComparison.Ordinal).Replace("%25", "%", StringComparison.Ordinal))];
    }

    private static string Escaped(string name) => name.Replace("%", "%25", StringComparison.Ordinal).Replace("/", "%2F", StringComparison.Ordinal);
}
