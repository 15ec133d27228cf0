namespace Formae.Sdk.Conformance;

/// <summary>Stands between a plugin and a server on this machine, and lets things go wrong on the way when it is told to.</summary>
internal interface IFaultProxy : IAsyncDisposable
{
    /// <summary>What goes wrong from now on.</summary>
    Fault Fault { get; set; }

    /// <summary>What leads to the server by way of this proxy.</summary>
    /// <param name="name">The proxy's name in the file.</param>
    IEnumerable<KeyValuePair<string, string>> VariablesOf(string name);
}
