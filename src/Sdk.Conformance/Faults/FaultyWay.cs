using Formae.Model;

namespace Formae.Sdk.Conformance;

/// <summary>All ways from the plugin to its servers that lead through proxies.</summary>
internal sealed class FaultyWay : IAsyncDisposable
{
    private readonly Dictionary<string, IFaultProxy> _proxies = new(StringComparer.Ordinal);

    public bool IsThere => _proxies.Count > 0;

    /// <summary>Whether something goes wrong right now, so that there is no need to be patient.</summary>
    public bool IsStriking => _proxies.Values.Any(proxy => proxy.Fault != Fault.None);

    /// <summary>What the file's variables stand for.</summary>
    public IEnumerable<KeyValuePair<string, string>> Variables => _proxies.SelectMany(proxy => proxy.Value.VariablesOf(proxy.Key));

    /// <summary>Whether a proxy of the file may give a variable its value: which it makes depends on what it stands before.</summary>
    public static bool MayMake(IEnumerable<string> proxies, string variable) => proxies.Any(proxy => variable == proxy || variable == $"{proxy}_HOST" || variable == $"{proxy}_PORT");

    /// <param name="upstreams">Addresses of servers, by the names of the variables that stand for the way to them.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="ConformanceFileException">An address is none that a proxy can stand before.</exception>
    public static async Task<FaultyWay> StartAsync(IEnumerable<KeyValuePair<string, string>> upstreams, CancellationToken cancellationToken)
    {
        var way = new FaultyWay();
        foreach (var (name, upstream) in upstreams)
            way._proxies[name] = await ProxyBeforeAsync(upstream, cancellationToken).ConfigureAwait(false);
        return way;
    }

    /// <summary>Lets a fault strike until what is returned is disposed of.</summary>
    /// <param name="kind">Which.</param>
    /// <param name="most">How often.</param>
    /// <param name="skipped">How many requests that it could strike it lets through first.</param>
    /// <exception cref="NotApplicableException">Nothing goes through a proxy.</exception>
    public Striking Strike(FaultKind kind, int most, int skipped = 0)
    {
        MustBeThere();
        var fault = new Fault(kind, most, skipped);
        foreach (var proxy in _proxies.Values)
            proxy.Fault = fault;
        return new Striking(this, fault);
    }

    /// <exception cref="NotApplicableException">Nothing goes through a proxy.</exception>
    public void MustBeThere()
    {
        if (!IsThere)
            throw new NotApplicableException("no way through a proxy: the file has no 'proxies'");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var proxy in _proxies.Values)
            await proxy.DisposeAsync().ConfigureAwait(false);
    }

    private static async Task<IFaultProxy> ProxyBeforeAsync(string upstream, CancellationToken cancellationToken) =>
        Uri.TryCreate(upstream, UriKind.Absolute, out var address) && address.Host.Length > 0
            ? address.Scheme switch
            {
                "http" or "https" => await HttpFaultProxy.StartAsync(address, cancellationToken).ConfigureAwait(false),
                "tcp" when address.Port > 0 => new TcpFaultProxy(address),
                _ => throw Unknown(upstream),
            }
            : throw Unknown(upstream);

    private static ConformanceFileException Unknown(string upstream) => new([new Diagnostic
    {
        Code = DiagnosticCodes.UnknownValue,
        Summary = $"'{upstream}' is no address that a proxy can stand before.",
        Detail = "Write http://HOST:PORT or https://HOST:PORT for a server that speaks HTTP, and tcp://HOST:PORT for any other.",
        Path = "proxies",
    }]);

    public readonly struct Striking(FaultyWay way, Fault fault) : IDisposable
    {
        public int Struck => fault.Struck;

        public void Dispose()
        {
            foreach (var proxy in way._proxies.Values)
                proxy.Fault = Fault.None;
        }
    }
}
