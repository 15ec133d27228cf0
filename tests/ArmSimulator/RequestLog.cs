using System.Collections.Concurrent;

namespace Formae.ArmSimulator;

/// <summary>What the simulator was asked, oldest first.</summary>
public sealed class RequestLog
{
    private readonly ConcurrentQueue<LoggedRequest> _requests = new();

    public IReadOnlyList<LoggedRequest> All => [.. _requests];

    public void Add(LoggedRequest request) => _requests.Enqueue(request);

    public void Clear() => _requests.Clear();

    /// <summary>How often a method was used on paths that end like this.</summary>
    public int Count(string method, string end) => _requests.Count(request => request.Method == method && request.Path.EndsWith(end, StringComparison.OrdinalIgnoreCase));
}

/// <param name="Method">GET, PUT, PATCH, DELETE, POST.</param>
/// <param name="Path">Without the query.</param>
/// <param name="Query">With its question mark.</param>
/// <param name="Body">As it was sent.</param>
/// <param name="Conditions"><c>If-Match</c> and <c>If-None-Match</c>, as they were sent.</param>
public sealed record LoggedRequest(string Method, string Path, string Query, string Body, string Conditions)
{
    public override string ToString() => $"{Method} {Path}{Query}";
}
