namespace Formae.Sdk.Conformance;

/// <summary>All ways from the plugin to its servers that lead through proxies.</summary>
internal sealed class FaultyWay : IAsyncDisposable
{
    private readonly Dictionary<string, FaultProxy> _proxies = new(StringComparer.Ordinal);

    public bool IsThere => _proxies.Count > 0;

    /// <summary>Whether something goes wrong right now, so that there is no need to be patient.</summary>
    public bool IsStriking => _proxies.Values.Any(proxy => proxy.Fault != Fault.None);

    /// <summary>What the file's variables stand for.</summary>
    public IEnumerable<KeyValuePair<string, string>> Addresses => _proxies.Select(proxy => KeyValuePair.Create(proxy.Key, proxy.Value.Address));

    /// <param name="upstreams">Addresses of servers, by the names of the variables that stand for the way to them.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public static async Task<FaultyWay> StartAsync(IEnumerable<KeyValuePair<string, string>> upstreams, CancellationToken cancellationToken)
    {
        var way = new FaultyWay();
        foreach (var (name, upstream) in upstreams)
            way._proxies[name] = await FaultProxy.StartAsync(upstream, cancellationToken).ConfigureAwait(false);
        return way;
    }

    /// <summary>Lets a fault strike until what is returned is disposed of.</summary>
    /// <param name="kind">Which.</param>
    /// <param name="most">How often.</param>
    /// <exception cref="NotApplicableException">Nothing goes through a proxy.</exception>
    public Striking Strike(FaultKind kind, int most)
    {
        if (!IsThere)
            throw new NotApplicableException("no way through a proxy: the file has no 'proxies'");
        var fault = new Fault(kind, most);
        foreach (var proxy in _proxies.Values)
            proxy.Fault = fault;
        return new Striking(this, fault);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var proxy in _proxies.Values)
            await proxy.DisposeAsync().ConfigureAwait(false);
    }

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
