namespace Formae.Protocol.Documents;

/// <summary>What a document takes from outside of it: values of its parameters, and secrets by name.</summary>
public sealed record DocumentInputs
{
    /// <summary>Values of parameters by name, as text; they go before what the document says.</summary>
    public IReadOnlyDictionary<string, string> Parameters { get; init; } = new Dictionary<string, string>();

    /// <summary>The secret of a name, or null when there is none. Without this function secrets are not asked for at all, and something that stands for one is put in their place.</summary>
    public Func<string, string?>? Secret { get; init; }

    /// <summary>As <see cref="Secret"/>, for the credentials of targets.</summary>
    public Func<string, string?>? Credential { get; init; }

    /// <summary>Only parameters get their values: references and secrets stay as they are written, so that what comes of it is a document again.</summary>
    public bool IsForParametersOnly { get; init; }
}
