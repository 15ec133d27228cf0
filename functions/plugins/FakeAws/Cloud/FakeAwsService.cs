using System.Collections.Concurrent;
using Formae.Model;

namespace Formae.Plugins.FakeAws;

/// <summary>The clouds that this process works on, and what a test has arranged for the calls to them.</summary>
internal sealed class FakeAwsService(FakeAwsOptions options, FakeAwsControlState control, CallLog calls, TimeProvider time) : IDisposable
{
    private readonly ConcurrentDictionary<string, Lazy<FakeCloud>> _clouds = new(StringComparer.Ordinal);

    public string DefaultCloudFile => options.CloudFile;

    public FakeCloud CloudOf(FakeTarget target) => CloudAt(target.CloudFile ?? options.CloudFile);

    public FakeCloud CloudAt(string file) =>
        _clouds.GetOrAdd(Path.GetFullPath(file), path => new Lazy<FakeCloud>(() => FakeCloud.Open(path))).Value;

    /// <summary>Notes the call, waits as long as a test wants it to, and answers the problem that the test has arranged, if any.</summary>
    public async ValueTask<Problem?> BeforeAsync(FakeCall call, FakeTarget target, CancellationToken cancellationToken)
    {
        calls.Add(target.CloudFile ?? options.CloudFile, call);
        if (target.LatencyMs > 0)
            await Task.Delay(TimeSpan.FromMilliseconds(target.LatencyMs), time, cancellationToken).ConfigureAwait(false);
        return control.IsQuiet ? null : await control.BeforeAsync(call, time, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>What a poll is to say of the operation; null when a test has arranged nothing.</summary>
    public ProgramStep? NextStep(FakeCall call) => control.IsQuiet ? null : control.NextStep(call);

    /// <summary>What is to go wrong after the cloud has done its work: the answer gets lost.</summary>
    public Problem? After(FakeCall call) => control.IsQuiet ? null : control.After(call);

    public void Dispose()
    {
        foreach (var cloud in _clouds.Values.Where(c => c.IsValueCreated))
            cloud.Value.Dispose();
    }
}

/// <summary>The settings of this plugin.</summary>
internal sealed class FakeAwsOptions
{
    /// <summary>The file that is the cloud where a target names none. Setting <c>FakeAwsCloudFile</c>; default <c>fakeaws.cloud</c> in <c>FormaePluginData</c>, else in the temporary folder.</summary>
    public required string CloudFile { get; init; }

    public static FakeAwsOptions From(Microsoft.Extensions.Configuration.IConfiguration settings)
    {
        var folder = settings["FormaePluginData"] is { Length: > 0 } data ? data : Path.Combine(Path.GetTempPath(), "formae");
        return new FakeAwsOptions { CloudFile = settings["FakeAwsCloudFile"] is { Length: > 0 } file ? file : Path.Combine(folder, "fakeaws.cloud") };
    }
}
