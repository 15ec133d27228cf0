using Formae.Protocol.Bus;
using Formae.Protocol.Secrets;
using Formae.Sdk.Conformance;
using Microsoft.AspNetCore.DataProtection;

namespace Formae.Sdk.Testing;

/// <summary>A plugin whose operators run in this process: what the conformance kit tries where a test class asks it to.</summary>
public sealed class PluginInProcess : IPluginUnderTest
{
    private static readonly TimeSpan Skew = TimeSpan.FromMinutes(7);

    private readonly Lock _lock = new();
    private readonly Dictionary<Instance, PluginHarness> _instances = [];
    private readonly List<PluginHarness> _crashed = [];
    private readonly HeardLog _log = new();
    private readonly EphemeralDataProtectionProvider _keys = new();
    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("formae-conformance-");
    private readonly PluginManifest _manifest;
    private readonly Action<PluginDefinition> _define;
    private readonly Dictionary<string, string?> _settings;

    /// <summary>Starts the first instance.</summary>
    /// <param name="manifest">What the plugin says of itself.</param>
    /// <param name="define">What it consists of, as its program says.</param>
    /// <param name="settings">The app's settings. Default: only <c>FormaePluginData</c>, a folder that all instances share and that goes with them.</param>
    public PluginInProcess(PluginManifest manifest, Action<PluginDefinition> define, IReadOnlyDictionary<string, string?>? settings = null)
    {
        (_manifest, _define) = (manifest, define);
        _settings = new Dictionary<string, string?>(settings ?? new Dictionary<string, string?>());
        _settings.TryAdd("FormaePluginData", _data.FullName);
        var first = Of(Instance.First);
        Announcement = first.Definition.Announce(first.Operator, $"formae-requests-{manifest.Namespace.ToLowerInvariant()}", TimeProvider.System.GetUtcNow(), TimeProvider.System.GetUtcNow());
        Seal = first.Seal;
    }

    /// <inheritdoc/>
    public PluginAnnouncement Announcement { get; }

    /// <inheritdoc/>
    public SecretSeal Seal { get; }

    /// <inheritdoc/>
    public IReadOnlyCollection<string> Said => _log.Lines;

    /// <inheritdoc/>
    public string? Lacks(Instance instance) => null;

    /// <inheritdoc/>
    public Task<OperationReport> ServeAsync(OperationRequest request, Instance instance, CancellationToken cancellationToken)
    {
        // Another thread, as every message has: a handler that never waits must not keep those from running that come at the same time.
        var operations = Of(instance).Operator;
        return Task.Run(() => operations.ExecuteAsync(request, cancellationToken), cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<OperationReport> ServeThroughCrashAsync(OperationRequest request, TimeSpan usually, CancellationToken cancellationToken)
    {
        // Its report is never heard, and whatever the instance knew dies with it.
        _ = await Of(Instance.First).Operator.ExecuteAsync(request, cancellationToken).ConfigureAwait(false);
        lock (_lock)
        {
            _instances.Remove(Instance.First, out var crashed);
            _crashed.Add(crashed!);
        }

        return await Of(Instance.First).Operator.ExecuteAsync(request, delivery: 2, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var harness in _instances.Values.Concat(_crashed))
            await harness.DisposeAsync().ConfigureAwait(false);
        _log.Dispose();
        _data.Delete(recursive: true);
    }

    private PluginHarness Of(Instance instance)
    {
        lock (_lock)
        {
            if (_instances.TryGetValue(instance, out var running))
                return running;
            TimeProvider time = instance switch
            {
                Instance.FastClock => new SkewedTimeProvider(Skew),
                Instance.SlowClock => new SkewedTimeProvider(-Skew),
                _ => TimeProvider.System,
            };
            return _instances[instance] = PluginHarness.Start(_manifest, _define, _keys, time, _settings, _log);
        }
    }
}
