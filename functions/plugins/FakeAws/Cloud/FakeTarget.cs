using System.Text.Json.Serialization;

namespace Formae.Plugins.FakeAws;

/// <summary>The config of a target of this plugin.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record FakeTarget
{
    /// <summary>Part of what read objects show; lists are by region. Default <c>eu-west-1</c>.</summary>
    public string Region { get; init; } = "eu-west-1";

    /// <summary>The file that is the cloud; default: the app's own (setting <c>FakeAwsCloudFile</c>).</summary>
    public string? CloudFile { get; init; }

    /// <summary>Whether creates answer that they are in progress, to be polled for.</summary>
    public bool AsyncCreates { get; init; }

    /// <summary>Whether the cloud knows no idempotency tokens: a create that comes again is another create.</summary>
    public bool ForgetsTokens { get; init; }

    /// <summary>A credential, as a real cloud wants one. It is taken and asked for nowhere.</summary>
    public string? Token { get; init; }

    /// <summary>How long each call takes at least, in milliseconds.</summary>
    public int LatencyMs { get; init; }
}
