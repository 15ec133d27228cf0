using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Formae.Embedded.Functions;

/// <summary>The keys of an app's functions: <c>{"master":"…","functions":{"name":"key"}}</c>. Without a file nothing is enforced, as in Core Tools.</summary>
internal sealed class FunctionKeys
{
    private const string Header = "x-functions-key";
    private const string Query = "code";

    private readonly byte[] _master;
    private readonly Dictionary<string, byte[]> _functions;

    private FunctionKeys(byte[] master, Dictionary<string, byte[]> functions) => (_master, _functions) = (master, functions);

    /// <exception cref="StartupException">The file is missing, readable by others, or wrong; no key is in the message.</exception>
    public static FunctionKeys Read(string path)
    {
        if (!File.Exists(path))
            throw new StartupException($"The key file {path} (EMBEDDED_KEYS_FILE) does not exist.");
        const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & Others) != 0)
            throw new StartupException($"The key file {path} can be read or written by others; its mode must be 600.");
        using var document = JsonFile.Read(path);
        var root = document.RootElement;
        if (!root.TryGetProperty("master", out var master) || master.ValueKind != JsonValueKind.String || master.GetString()!.Length == 0)
            throw new StartupException($"{path}: 'master' must be a key.");
        var functions = new Dictionary<string, byte[]>(StringComparer.OrdinalIgnoreCase);
        if (root.TryGetProperty("functions", out var section))
        {
            if (section.ValueKind != JsonValueKind.Object)
                throw new StartupException($"{path}: 'functions' must be an object of function names and keys.");
            foreach (var member in section.EnumerateObject())
                functions[member.Name] = member.Value.ValueKind == JsonValueKind.String && member.Value.GetString()!.Length > 0 ? Digest(member.Value.GetString()!) : throw new StartupException($"{path}: 'functions.{member.Name}' must be a key.");
        }

        return new FunctionKeys(Digest(master.GetString()!), functions);
    }

    public bool Allows(HttpRequest request, AuthorizationLevel level, string function)
    {
        if (level is AuthorizationLevel.Anonymous or AuthorizationLevel.User)
            return true;
        var given = request.Headers.TryGetValue(Header, out var header) ? header.ToString() : request.Query[Query].ToString();
        if (given.Length == 0)
            return false;
        var digest = Digest(given);
        var allowed = CryptographicOperations.FixedTimeEquals(digest, _master);
        return level == AuthorizationLevel.Function && _functions.TryGetValue(function, out var own)
            ? CryptographicOperations.FixedTimeEquals(digest, own) | allowed
            : allowed;
    }

    /// <summary>Digests have one length, so comparing them tells nothing of a key's.</summary>
    private static byte[] Digest(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));
}
