namespace Formae.Embedded.Host;

/// <summary>A function app of a cluster.</summary>
internal sealed record ClusterApp
{
    public required string Name { get; init; }

    /// <summary>The app's .dll.</summary>
    public required string AssemblyPath { get; init; }

    /// <summary>The app's settings, of which the caller alone knows the names; given when all addresses are known.</summary>
    public Func<ClusterAddresses, IReadOnlyDictionary<string, string?>> Settings { get; init; } = _ => new Dictionary<string, string?>();

    /// <summary>Of HTTP on the loopback. Default 0: a free one, the same after a restart of the app.</summary>
    public int Port { get; init; }

    /// <summary>Other apps that must serve before; the bus and other servers are always first.</summary>
    public IReadOnlyList<string> DependsOn { get; init; } = [];

    public ConsoleColor Colour { get; init; } = ConsoleColor.Gray;
}

/// <param name="BusConnectionString">Of the broker.</param>
/// <param name="Urls">Of each app by its name.</param>
internal sealed record ClusterAddresses(string BusConnectionString, IReadOnlyDictionary<string, string> Urls);
