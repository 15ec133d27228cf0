using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace Formae.Coordination.Tests.Acceptance;

/// <summary>Plants secrets and looks for them, in every form in which bytes can hold a text.</summary>
internal sealed class SecretHunt : ILoggerProvider
{
    private readonly ConcurrentQueue<(string Where, byte[] Bytes)> _told = [];
    private readonly Dictionary<string, string> _planted = [];

    public SecretHunt() => Logs = LoggerFactory.Create(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(this));

    public ILoggerFactory Logs { get; }

    public int LogLines { get; private set; }

    /// <summary>A new secret for a place, with what is written otherwise in JSON and in addresses.</summary>
    public string Plant(string place)
    {
        // Short, so that a page of a database file seldom cuts it in two; and each half would be known by itself.
        var secret = $"{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(6))}\"é/+{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(6))}";
        _planted.Add(place, secret);
        return secret;
    }

    /// <summary>Something that went out.</summary>
    public void Tell(string where, string text) => _told.Enqueue((where, Encoding.UTF8.GetBytes(text)));

    /// <summary>Every place where a secret stands, of all that was told and of the files below a folder.</summary>
    public IReadOnlyList<string> Find(string folder, Func<string, bool> isMeant)
    {
        var found = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var (where, bytes) in _told)
            Search(where, bytes, found);
        foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Where(file => isMeant(file) && !file.EndsWith(".lock", StringComparison.Ordinal)))
        {
            // Where it all runs meanwhile, what has just been removed is nowhere.
            if (Bytes(file) is { } bytes)
                Search(Path.GetRelativePath(folder, file), bytes, found);
        }

        return [.. found];
    }

    /// <summary>The forms of a secret that are looked for, with their names.</summary>
    internal static IEnumerable<(string Form, byte[] Bytes)> FormsOf(string secret)
    {
        var bytes = Encoding.UTF8.GetBytes(secret);
        yield return ("plain", bytes);
        yield return ("UTF-16", Encoding.Unicode.GetBytes(secret));
        yield return ("escaped", Encoding.UTF8.GetBytes(JsonEncodedText.Encode(secret).ToString()));
        yield return ("little escaped", Encoding.UTF8.GetBytes(JsonEncodedText.Encode(secret, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).ToString()));
        yield return ("escaped twice", Encoding.UTF8.GetBytes(JsonEncodedText.Encode(JsonEncodedText.Encode(secret).ToString()).ToString()));
        yield return ("URL", Encoding.UTF8.GetBytes(Uri.EscapeDataString(secret)));
        yield return ("hex", Encoding.UTF8.GetBytes(Convert.ToHexStringLower(bytes)));
        yield return ("HEX", Encoding.UTF8.GetBytes(Convert.ToHexString(bytes)));

        // Each half is random: it gives the secret away in any escaping of what stands between, and where a page cuts it.
        yield return ("first half", bytes[..12]);
        yield return ("second half", bytes[^12..]);
        for (var before = 0; before < 3; before++)
        {
            var encoded = Convert.ToBase64String([.. new byte[before], .. bytes]).TrimEnd('=');
            yield return ($"base64 at {before}", Encoding.UTF8.GetBytes(encoded[(before == 0 ? 0 : 4)..^2]));
        }
    }

    private void Search(string where, ReadOnlySpan<byte> bytes, SortedSet<string> found)
    {
        foreach (var (place, secret) in _planted)
        {
            foreach (var (form, looked) in FormsOf(secret))
            {
                var at = bytes.IndexOf(looked);
                if (at >= 0)
                    found.Add($"{place} ({form}) in {where}: …{Encoding.UTF8.GetString(bytes[Math.Max(0, at - 100)..at])}");
            }
        }
    }

    private static byte[]? Bytes(string file)
    {
        try
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var memory = new MemoryStream();
            stream.CopyTo(memory);
            return memory.ToArray();
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    ILogger ILoggerProvider.CreateLogger(string categoryName) => new Line(this, categoryName);

    void IDisposable.Dispose()
    {
    }

    private sealed class Line(SecretHunt hunt, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            hunt.LogLines++;
            hunt.Tell($"the log of {category}", $"{formatter(state, exception)} {exception}");
        }
    }
}
