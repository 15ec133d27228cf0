using System.Text.Json;
using Formae.Protocol.Bus;

namespace Formae.Sdk.Conformance;

/// <summary>An object of a sample, from before it is made until it is gone.</summary>
/// <param name="sample">The sample's name.</param>
/// <param name="type">Its type.</param>
/// <param name="unique">What stands for <c>${UNIQUE}</c> in it.</param>
/// <param name="ksuid">Its identity for the control plane.</param>
internal sealed class Thing(string sample, AnnouncedShape type, string unique, string ksuid)
{
    public string Sample { get; } = sample;

    public AnnouncedShape Type { get; } = type;

    public string Unique { get; } = unique;

    public string Ksuid { get; } = ksuid;

    /// <summary>What was asked for last.</summary>
    public required JsonElement Wanted { get; set; }

    /// <summary>The create that was asked for; null when none was.</summary>
    public OperationRequest? Begun { get; set; }

    /// <summary>Null until it is made, and again when it is gone.</summary>
    public string? NativeId
    {
        get;
        set => (field, LastId) = (value, value ?? LastId);
    }

    /// <summary>The native id that it has, or had.</summary>
    public string? LastId { get; private set; }

    /// <summary>What was reported of it last.</summary>
    public JsonElement Live { get; set; }

    public string Id => NativeId ?? throw new InvalidOperationException($"{Sample} is not there.");
}
