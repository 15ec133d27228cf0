using Formae.Protocol.Bus;
using Formae.Protocol.Secrets;
using Formae.Sdk.Conformance;

namespace Formae.Sdk.Tests.Conformance;

/// <summary>A plugin whose reports are not what its SDK would make of them: one that is written in another language, perhaps.</summary>
internal sealed class Tampered(IPluginUnderTest plugin, Func<OperationRequest, OperationReport, OperationReport> tamper) : IPluginUnderTest
{
    public PluginAnnouncement Announcement => plugin.Announcement;

    public SecretSeal Seal => plugin.Seal;

    public IReadOnlyCollection<string> Said => plugin.Said;

    public string? Lacks(Instance instance) => plugin.Lacks(instance);

    public async Task<OperationReport> ServeAsync(OperationRequest request, Instance instance, CancellationToken cancellationToken) => tamper(request, await plugin.ServeAsync(request, instance, cancellationToken));

    public async Task<OperationReport> ServeThroughCrashAsync(OperationRequest request, TimeSpan usually, CancellationToken cancellationToken) =>
        tamper(request, await plugin.ServeThroughCrashAsync(request, usually, cancellationToken));

    public ValueTask DisposeAsync() => plugin.DisposeAsync();
}
