using Formae.Protocol.Bus;
using Formae.Protocol.Secrets;

namespace Formae.Sdk.Conformance;

/// <summary>Which of the plugin's instances is to serve a request. All of them work on one cloud.</summary>
public enum Instance
{
    /// <summary>The one that is always there.</summary>
    First,

    /// <summary>Another one beside it.</summary>
    Second,

    /// <summary>One whose clock is seven minutes fast.</summary>
    FastClock,

    /// <summary>One whose clock is seven minutes slow.</summary>
    SlowClock,
}

/// <summary>Something that serves the operations of a plugin: its operator in this process, or its app behind a bus.</summary>
public interface IPluginUnderTest : IAsyncDisposable
{
    /// <summary>What it says of itself.</summary>
    PluginAnnouncement Announcement { get; }

    /// <summary>Seals and opens secrets with the keys that the plugin uses.</summary>
    SecretSeal Seal { get; }

    /// <summary>Everything that it has logged so far.</summary>
    IReadOnlyCollection<string> Said { get; }

    /// <summary>Why there can be no such instance; null when there can.</summary>
    string? Lacks(Instance instance);

    /// <summary>Serves one request. An instance that is not there yet is started.</summary>
    /// <exception cref="TimeoutException">There was no report in time.</exception>
    Task<OperationReport> ServeAsync(OperationRequest request, Instance instance, CancellationToken cancellationToken);

    /// <summary>
    /// Has the first instance die while it serves a request, before its report is heard, and answers the report of the instance that comes after it and is delivered
    /// the same request again.
    /// </summary>
    /// <param name="request">What to do.</param>
    /// <param name="usually">How long such a request usually takes: for whoever has to guess the moment.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="TimeoutException">There was no report in time.</exception>
    /// <exception cref="PluginLostException">No instance came after it.</exception>
    Task<OperationReport> ServeThroughCrashAsync(OperationRequest request, TimeSpan usually, CancellationToken cancellationToken);
}

/// <summary>The first instance of the plugin is gone for good: nothing more can be tried. What was made is removed by another instance, where there is one.</summary>
/// <param name="message">What happened.</param>
/// <param name="inner">Why.</param>
public sealed class PluginLostException(string message, Exception? inner = null) : Exception(message, inner);
