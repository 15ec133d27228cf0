using Formae.Protocol.Http;

namespace Formae.Client;

/// <summary>The server answered, and the answer is no.</summary>
public sealed class FormaeApiException : Exception
{
    /// <summary>A refusal.</summary>
    /// <param name="status">The HTTP status, 400 to 599.</param>
    /// <param name="response">The body; where the server sent none of ours, one that says so.</param>
    public FormaeApiException(int status, ErrorResponse response)
        : base(response.Message is { Length: > 0 } message ? $"{response.Error}: {message}" : response.Error)
    {
        Status = status;
        Response = response;
    }

    /// <summary>The HTTP status.</summary>
    public int Status { get; }

    /// <summary>The stable code, what it is about, and the sentence for people.</summary>
    public ErrorResponse Response { get; }
}

/// <summary>There was no answer: nothing listens there, the connection broke, or it took too long.</summary>
public sealed class FormaeConnectionException : Exception
{
    /// <summary>No answer from <paramref name="server"/>.</summary>
    /// <param name="server">Where it was looked for.</param>
    /// <param name="reason">What happened, in words that follow "because".</param>
    /// <param name="inner">The exception underneath, if there is one.</param>
    public FormaeConnectionException(Uri server, string reason, Exception? inner = null)
        : base($"No answer from {server}: {reason}.", inner)
    {
        Server = server;
    }

    /// <summary>Where the server was looked for.</summary>
    public Uri Server { get; }
}
