using System.Text.Json;
using System.Text.Json.Serialization;
using Formae.Protocol.Bus;

namespace Formae.Plugins.FakeAws;

/// <summary>Something that shall go wrong with the next calls that match.</summary>
public sealed record Injection
{
    /// <summary>Which verb; null for any.</summary>
    public OperationVerb? Operation { get; init; }

    /// <summary>Which type; null for any.</summary>
    public string? ResourceType { get; init; }

    /// <summary>How many calls; 0 for all until cleared.</summary>
    public int Count { get; set; } = 1;

    public InjectionKind Kind { get; set; } = InjectionKind.Problem;

    /// <summary>Whether the cloud does its work first and only the answer is lost.</summary>
    public bool AfterTheWork { get; init; }

    /// <summary>The problem's code.</summary>
    public string Code { get; set; } = "ServiceInternalError";

    public string Message { get; set; } = "Injected.";

    public int? RetryAfterMs { get; init; }

    /// <summary>How long the call takes, for <see cref="InjectionKind.Latency"/>.</summary>
    public int LatencyMs { get; init; }
}

[JsonConverter(typeof(JsonStringEnumConverter<InjectionKind>))]
public enum InjectionKind
{
    /// <summary>The call answers a problem.</summary>
    Problem,

    /// <summary>The handler throws: a bug.</summary>
    Exception,

    /// <summary>The call takes long.</summary>
    Latency,

    /// <summary>The process dies on the spot.</summary>
    Crash,
}

/// <summary>What the next calls on one object answer, one step each.</summary>
public sealed record ProgrammedAnswers
{
    /// <summary>The name in its properties (or its label) for a create, the native id otherwise; <c>*</c> for any.</summary>
    public required string Key { get; init; }

    /// <summary>Which verb; null for any.</summary>
    public OperationVerb? Operation { get; init; }

    public IReadOnlyList<ProgramStep> Steps { get; set; } = [];
}

/// <summary>One answer; without a code the call goes through. To a status poll it says what became of the operation; that a poll fails itself is an <see cref="Injection"/>.</summary>
public sealed record ProgramStep
{
    public string? Code { get; init; }

    /// <summary>To a status poll: the operation goes on, and <see cref="Message"/> is how it stands.</summary>
    public bool InProgress { get; init; }

    public string Message { get; set; } = "Programmed.";

    public int? RetryAfterMs { get; init; }

    /// <summary>How long the call takes before it answers so.</summary>
    public int LatencyMs { get; init; }
}

/// <summary>An object of the cloud, as a test sees or makes it.</summary>
public sealed record CloudItem
{
    public required string Type { get; init; }

    public required string NativeId { get; init; }

    public string? Name { get; init; }

    public string? Parent { get; init; }

    public string Region { get; set; } = "eu-west-1";

    /// <summary>What the cloud keeps: what was asked for, without defaults and outputs.</summary>
    public required JsonElement Properties { get; init; }
}

/// <summary>One call that came in.</summary>
public sealed record RecordedCall
{
    public DateTimeOffset At { get; init; }

    public int ProcessId { get; init; }

    public string PluginVersion { get; set; } = "";

    public string OperationId { get; set; } = "";

    public int Attempt { get; init; }

    public OperationVerb Operation { get; init; }

    public string ResourceType { get; set; } = "";

    public string? NativeId { get; init; }

    /// <summary>The name for a create, the native id otherwise.</summary>
    public string? Key { get; init; }
}

/// <summary>A number, such as the counter of native ids.</summary>
public sealed record CounterValue
{
    public long Count { get; init; }
}

/// <summary>What <c>fakeaws/hello</c> says.</summary>
public sealed record Hello
{
    public string Plugin { get; set; } = "";

    public string Version { get; set; } = "";

    public int ProcessId { get; init; }

    public string CloudFile { get; set; } = "";

    public bool GateIsOpen { get; init; }
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, PropertyNamingPolicy = JsonKnownNamingPolicy.Unspecified, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Injection))]
[JsonSerializable(typeof(ProgrammedAnswers))]
[JsonSerializable(typeof(IReadOnlyList<CloudItem>))]
[JsonSerializable(typeof(CloudItem))]
[JsonSerializable(typeof(IReadOnlyList<RecordedCall>))]
[JsonSerializable(typeof(RecordedCall))]
[JsonSerializable(typeof(CounterValue))]
[JsonSerializable(typeof(Hello))]
internal sealed partial class ControlJson : JsonSerializerContext;
