using System.Text.Json.Serialization;
using Formae.Sdk;

namespace Formae.Plugins.FakeAws;

/// <summary>The config of a target of this plugin.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record FakeTarget
{
    [Description("Part of what read objects show; lists are by region. Default eu-west-1.")]
    public string Region { get; init; } = "eu-west-1";

    [Description("The file that is the cloud; default: the app's own (setting FakeAwsCloudFile).")]
    public string? CloudFile { get; init; }

    [Description("Whether creates answer that they are in progress, to be polled for.")]
    public bool AsyncCreates { get; init; }

    [Description("Whether the cloud knows no idempotency tokens: a create that comes again is another create.")]
    public bool ForgetsTokens { get; init; }

    [Opaque, Description("A credential, as a real cloud wants one. It is taken and asked for nowhere.")]
    public string? Token { get; init; }

    [Description("Another one, of two parts. It is taken and asked for nowhere.")]
    public FakeLogin? Login { get; init; }

    [Description("How long each call takes at least, in milliseconds.")]
    public int LatencyMs { get; init; }
}

/// <summary>Who somebody is, and how he proves it.</summary>
public sealed record FakeLogin
{
    public string? User { get; init; }

    [Opaque]
    public string? Key { get; init; }
}
