namespace Formae.Sdk;

/// <summary>What is secret in the operation that is served right now, here and in everything that the handler has started: for whoever writes texts down.</summary>
public static class CallSecrets
{
    private static readonly AsyncLocal<Call?> Current = new();

    /// <summary>Whether there is an operation, and something secret in it.</summary>
    public static bool Any => Current.Value is { HasSecrets: true };

    /// <summary>The text with <c>***</c> wherever it repeats a secret of the operation, as it is, escaped or encoded. Without an operation the text itself.</summary>
    public static string Scrub(string text) => Current.Value is { HasSecrets: true } call ? call.Scrub(text) : text;

    /// <summary>From here on in this flow of calls; it ends with the asynchronous method that says so.</summary>
    internal static void Enter(Call call) => Current.Value = call;
}
