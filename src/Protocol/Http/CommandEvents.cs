namespace Formae.Protocol.Http;

/// <summary>What is told to whoever follows a command (<c>GET /commands/{id}/events</c>), one server-sent event each.</summary>
public abstract record CommandEvent
{
    /// <summary>The content type of the stream.</summary>
    public const string ContentType = "text/event-stream";

    /// <summary>The id of the event that nothing follows.</summary>
    public const string EndId = "end";

    private CommandEvent()
    {
    }

    /// <summary>The names of the events.</summary>
    public static class Names
    {
        public const string Status = "status";
        public const string Update = "update";
        public const string End = "end";
    }

    /// <summary>How the command stands: first after connecting, and again now and then. It has no id, because it takes nobody forward.</summary>
    /// <param name="Command">How it stands.</param>
    public sealed record Status(CommandProgress Command) : CommandEvent;

    /// <summary>One update stands otherwise than before.</summary>
    /// <param name="Id">To be sent as <c>Last-Event-ID</c> by whoever has heard this and wants to hear what follows.</param>
    /// <param name="Change">How it stands now.</param>
    public sealed record Update(string Id, UpdateChange Change) : CommandEvent;

    /// <summary>The command is final; its id is <see cref="EndId"/>, and nothing follows.</summary>
    /// <param name="Command">How it ended.</param>
    public sealed record End(CommandProgress Command) : CommandEvent;
}

/// <summary>A command as a whole: the data of the events <c>status</c> and <c>end</c>.</summary>
public sealed record CommandProgress
{
    public string CommandId { get; init; } = "";

    [System.Text.Json.Serialization.JsonPropertyName("Command")]
    public string Kind { get; init; } = "";

    public string? Mode { get; init; }

    public string State { get; init; } = "";

    /// <summary>Why it failed as a whole, when it was not one of its updates that failed.</summary>
    public string? Error { get; init; }

    public DateTimeOffset? StartTs { get; init; }

    /// <summary>The time of the last change, also while it runs.</summary>
    public DateTimeOffset? EndTs { get; init; }

    /// <summary>How many updates of resources and targets it has.</summary>
    public int Total { get; init; }

    /// <summary>State → how many updates are in it; states that none is in are left out.</summary>
    public IReadOnlyDictionary<string, int> Updates { get; init; } = new Dictionary<string, int>();
}

/// <summary>How one update stands: the data of the event <c>update</c>.</summary>
public sealed record UpdateChange
{
    public const string Resource = "resource";
    public const string Target = "target";

    /// <summary><c>resource</c> or <c>target</c>.</summary>
    public string Of { get; init; } = Resource;

    /// <summary>The resource's KSUID; absent of a target.</summary>
    public string? ResourceId { get; init; }

    /// <summary>The resource's type; absent of a target.</summary>
    public string? Type { get; init; }

    public string Label { get; init; } = "";

    /// <summary>The resource's stack; absent of a target.</summary>
    public string? Stack { get; init; }

    /// <summary><c>create</c>, <c>update</c>, <c>delete</c> or <c>read</c>.</summary>
    public string Operation { get; init; } = "";

    public string State { get; init; } = "";

    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>Milliseconds; only of what has ended.</summary>
    public long? Duration { get; init; }

    /// <summary>Counted from 1.</summary>
    public int? CurrentAttempt { get; init; }

    public int? MaxAttempts { get; init; }

    /// <summary>Why it failed; at most 2,000 characters of it.</summary>
    public string? ErrorMessage { get; init; }

    /// <summary>What the plugin says of it; at most 2,000 characters.</summary>
    public string? StateMessage { get; init; }
}
