namespace Formae.Client;

/// <summary>Where the control plane is and who asks.</summary>
public sealed record FormaeClientOptions
{
    /// <summary>The address that <c>formae up</c> listens on when nothing else is said: <c>http://127.0.0.1:49684</c>.</summary>
    public static Uri DefaultServer { get; } = new("http://127.0.0.1:49684");

    /// <summary>Scheme, host and port of the control plane. Default <see cref="DefaultServer"/>.</summary>
    public Uri Server { get; init; } = DefaultServer;

    /// <summary>Names this client in every request (header <c>Client-ID</c>); the server remembers which commands it gave. Any text that fits a header; stable over runs.</summary>
    public required string ClientId { get; init; }

    /// <summary>A function key (header <c>x-functions-key</c>). Default null: none is sent.</summary>
    public string? Key { get; init; }

    /// <summary>Gives the token that a request proves its caller by (header <c>Authorization: Bearer</c>); asked before each request, so that it may renew it. Default null: none is sent.</summary>
    public Func<CancellationToken, ValueTask<string>>? Token { get; init; }

    /// <summary>How long one request may take. Default 100 seconds.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(100);
}
