namespace Formae.Embedded.DurableTask.History;

internal enum ActionKind : byte
{
    Activity = 1,
    SubOrchestration = 2,
    Timer = 3,
    SendEvent = 4,
    EntityCall = 5,
    EntitySignal = 6,
    EntityLock = 7,
    EntityUnlock = 8,
}

/// <summary>What history keeps of an action: enough to see on replay that the code does the same again.</summary>
internal readonly record struct RecordedAction(int Id, ActionKind Kind, string Name)
{
    public override string ToString() => Name.Length == 0 ? $"{Kind} #{Id}" : $"{Kind} '{Name}' #{Id}";
}

/// <summary>Something an orchestrator asked for, to be sent with the commit of its episode.</summary>
internal sealed class OrchestrationAction(int id, ActionKind kind, string name)
{
    public RecordedAction Record { get; } = new(id, kind, name);

    public int Id => Record.Id;

    public ActionKind Kind => Record.Kind;

    public string Name => Record.Name;

    /// <summary>The instance or entity it is meant for.</summary>
    public string Target { get; init; } = "";

    public string? Input { get; init; }

    public string Version { get; init; } = "";

    public long Due { get; init; }

    /// <summary>The entities to lock or unlock, in order.</summary>
    public IReadOnlyList<string> Entities { get; init; } = [];

    /// <summary>A timer that was cancelled in the episode that created it is recorded, and never set.</summary>
    public bool Withdrawn { get; set; }
}
