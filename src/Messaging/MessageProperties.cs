namespace Formae.Messaging;

/// <summary>The application properties of a message.</summary>
public static class MessageProperties
{
    /// <summary>The version of the contract that the message is written in.</summary>
    public const string Contract = "formae-contract";

    /// <summary>The time from which it is valid, in milliseconds since 1970.</summary>
    public const string Time = "formae-time";

    /// <summary>The id of the key that it was signed with.</summary>
    public const string Key = "formae-key";

    /// <summary>HMAC-SHA256 in base64.</summary>
    public const string Signature = "formae-signature";

    /// <summary>W3C trace context of the sender, under the name that everybody reads.</summary>
    public const string TraceParent = "traceparent";

    /// <summary>The same, under the name that the Azure libraries read.</summary>
    public const string DiagnosticId = "Diagnostic-Id";

    /// <summary>The content type of a body.</summary>
    internal const string JsonContent = "application/json";

    /// <summary>The content type of a message whose body is the claim for the real one.</summary>
    public const string ClaimContent = "application/vnd.formae.claim+json";
}
