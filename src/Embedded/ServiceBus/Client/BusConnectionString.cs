namespace Formae.Embedded.ServiceBus;

/// <summary>Where the broker listens and the key it knows. Printed without the key.</summary>
internal sealed class BusConnectionString
{
    private BusConnectionString(string host, int port, byte[] key)
    {
        Host = host;
        Port = port;
        Key = key;
    }

    public string Host { get; }

    public int Port { get; }

    public byte[] Key { get; }

    public static string Format(int port, byte[] key) =>
        $"Endpoint=sb://127.0.0.1:{port};SharedAccessKeyName=RootManageSharedAccessKey;SharedAccessKey={Convert.ToBase64String(key)};UseDevelopmentEmulator=true";

    /// <exception cref="FormatException">The text is no connection string of an embedded bus; the message says what is missing, never the key.</exception>
    public static BusConnectionString Parse(string text)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(text, "connectionString");
        var parts = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var part in text.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0)
                throw new FormatException("The Service Bus connection string has a part without '='.");
            parts[part[..equals].Trim()] = part[(equals + 1)..].Trim();
        }

        if (!parts.TryGetValue("Endpoint", out var endpoint) || !Uri.TryCreate(endpoint, UriKind.Absolute, out var uri) || uri.Scheme != "sb" || uri.Port <= 0)
            throw new FormatException("The Service Bus connection string needs 'Endpoint=sb://127.0.0.1:PORT': the embedded bus is reached at a port of this machine.");
        if (!uri.IsLoopback)
            throw new FormatException($"The Service Bus connection string names '{uri.Host}', but the embedded bus lives on this machine only (127.0.0.1). Build with FormaeHost=Azure to reach a namespace.");
        if (!parts.TryGetValue("SharedAccessKey", out var key) || !TryDecode(key, out var bytes))
            throw new FormatException("The Service Bus connection string needs 'SharedAccessKey=' with the broker's key in Base64.");
        return new BusConnectionString(uri.Host, uri.Port, bytes);
    }

    public override string ToString() => $"sb://{Host}:{Port} (key ***)";

    private static bool TryDecode(string text, out byte[] bytes)
    {
        bytes = new byte[text.Length];
        if (!Convert.TryFromBase64String(text, bytes, out var length) || length == 0)
            return false;
        bytes = bytes[..length];
        return true;
    }
}
