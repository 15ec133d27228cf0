using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Formae.Model;

namespace Formae.Plugins.Local;

/// <summary>What exists only because this plugin says so, one file each below <c>.formae</c>, readable by its user only.</summary>
internal sealed class OwnRecords<T>(LocalRoot root, string folder, JsonTypeInfo<T> json)
    where T : class
{
    private const UnixFileMode Mine = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>The native id that a create has, whenever it is delivered.</summary>
    public static string IdOf(string prefix, string operationId) => $"{prefix}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(operationId)))[..20]}";

    public T? Find(string id)
    {
        var path = PathOf(id);
        return path is not null && File.Exists(path) ? JsonSerializer.Deserialize(File.ReadAllBytes(path), json) : null;
    }

    public Problem? Put(string id, T record) => root.Write(PathOf(id)!, JsonSerializer.SerializeToUtf8Bytes(record, json), Mine);

    public bool Remove(string id)
    {
        var path = PathOf(id);
        if (path is null || !File.Exists(path))
            return false;
        File.Delete(path);
        return true;
    }

    // Ids come from outside too, and become file names.
    private string? PathOf(string id) => id.All(c => char.IsAsciiLetterOrDigit(c) || c == '-') ? Path.Combine(root.Own(folder), $"{id}.json") : null;
}
