using System.Security.Cryptography;
using Formae.Coordination.Catalog;
using Formae.Protocol.Schemas;

namespace Formae.Coordination.Schemas;

/// <summary>
/// What helps to write a document, made of what the plugins have announced: the JSON Schema of the whole document (<c>forma.json</c>), and Pkl modules, one for each plugin
/// (<c>NAMESPACE.pkl</c>) and the one that they import (<c>formae.pkl</c>).
/// </summary>
public sealed class DocumentSchemas(PluginCatalog catalog)
{
    private const string JsonSchemaName = "forma.json";
    private const string PklExtension = ".pkl";

    private volatile Made _made = new([]);

    /// <summary>Null: there is no such file.</summary>
    public async Task<SchemaFile?> FindAsync(string name, CancellationToken cancellation)
    {
        await catalog.RefreshAsync(cancellation);
        var plugins = catalog.Plugins.OrderBy(plugin => plugin.Announcement.Namespace, StringComparer.Ordinal).ToArray();
        var made = _made;
        if (!made.IsOf(plugins))
            _made = made = new Made(plugins);
        return made.Find(name);
    }

    /// <summary>The files of one state of the catalog, each made when it is first asked for.</summary>
    private sealed class Made(PluginEntry[] plugins)
    {
        private readonly Dictionary<string, SchemaFile> _files = new(StringComparer.OrdinalIgnoreCase);
        private readonly Lock _making = new();

        // A beat alone makes a new entry of the same text.
        public bool IsOf(PluginEntry[] others) => plugins.Length == others.Length && plugins.Zip(others).All(pair => pair.First.Text == pair.Second.Text);

        public SchemaFile? Find(string name)
        {
            lock (_making)
            {
                if (!_files.TryGetValue(name, out var file) && Make(name) is { } made)
                    _files.Add(name, file = made);
                return file;
            }
        }

        private SchemaFile? Make(string name)
        {
            if (name.Equals(JsonSchemaName, StringComparison.OrdinalIgnoreCase))
                return new SchemaFile(FormaSchema.Write([.. plugins.SelectMany(Types)], [.. plugins.Select(Config).OfType<TypeShape>()]), FormaSchema.MediaType);
            if (name.Equals(PklModule.BaseName, StringComparison.OrdinalIgnoreCase))
                return new SchemaFile(PklModule.Base(), PklModule.MediaType);
            if (plugins.FirstOrDefault(plugin => name.Equals(plugin.Announcement.Namespace + PklExtension, StringComparison.OrdinalIgnoreCase)) is not { } plugin)
                return null;
            var module = PklModule.Write(plugin.Announcement.Namespace, plugin.Announcement.Version, Types(plugin), Config(plugin));
            return new SchemaFile(System.Text.Encoding.UTF8.GetBytes(module), PklModule.MediaType);
        }

        private static TypeShape? Config(PluginEntry plugin) => plugin.Announcement.TargetConfig is { } config ? TypeShape.Of(plugin.Announcement.Namespace, config.Schema, config.JsonSchema) : null;

        private static IEnumerable<TypeShape> Types(PluginEntry plugin) => plugin.Announcement.ResourceTypes.Select(type => TypeShape.Of(type.Type, type.Schema, type.JsonSchema));
    }
}

/// <param name="Content">Its bytes, UTF-8.</param>
/// <param name="MediaType">What they are.</param>
public sealed record SchemaFile(byte[] Content, string MediaType)
{
    /// <summary>Changes when the content does; the same for the same content on every instance.</summary>
    public string Tag { get; } = $"\"{Convert.ToHexStringLower(SHA256.HashData(Content).AsSpan(0, 16))}\"";
}
