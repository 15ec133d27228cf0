namespace Formae.Sdk.Conformance;

/// <summary>One rule of the contract between the control plane and a plugin, and how it is tried. Each phase makes objects of its own and removes them.</summary>
public sealed record Phase
{
    private Phase(string name, string summary, Func<Trial, Task> run, bool isFault = false) => (Name, Summary, Run, IsFault) = (name, summary, run, isFault);

    /// <summary>In the order in which they are tried. The one about secrets is the last: it looks at what all others have heard.</summary>
    public static IReadOnlyList<Phase> All { get; } =
    [
        new("Create", "a create makes the object and reports all of it", LifePhases.CreateAsync),
        new("ReadBack", "a read returns what was written", LifePhases.ReadBackAsync),
        new("Extract", "what a read returns, written out as a document, asks for no change", DocumentPhases.ExtractAsync),
        new("Reapply", "applying the same again changes nothing", DocumentPhases.ReapplyAsync),
        new("Update", "an update changes the object in place", LifePhases.UpdateAsync),
        new("LeftOut", "a keyed set that the document no longer has goes", LeftOutPhase.RunAsync),
        new("Replace", "a field that cannot be changed makes a new object", LifePhases.ReplaceAsync),
        new("Delete", "a delete removes the object", LifePhases.DeleteAsync),
        new("DeleteGone", "a delete of what is gone succeeds", LifePhases.DeleteGoneAsync),
        new("ChangeSeen", "a change by somebody else is seen, and not overwritten", SightPhases.ChangeSeenAsync),
        new("DeletionSeen", "a deletion by somebody else is seen", SightPhases.DeletionSeenAsync),
        new("Discovery", "a listing shows each object once, in pages", SightPhases.DiscoveryAsync),
        new("BadProperties", "what does not fit is refused, with its path", DocumentPhases.BadPropertiesAsync),
        new("Schema", "everything that is returned stands in the schema", DocumentPhases.SchemaAsync),
        new("Cancellation", "a call whose deadline passes ends, and leaves nothing unseen", CancellationPhase.RunAsync),
        new("Redelivery", "a message that is delivered twice does its work once", DeliveryFaultPhases.RedeliveryAsync, isFault: true),
        new("Crash", "a crash between the work and its report makes no second object and leaves none behind", DeliveryFaultPhases.CrashAsync, isFault: true),
        new("LockLost", "a message that is handed out again while it is still worked on does its work once", DeliveryFaultPhases.LockLostAsync, isFault: true),
        new("Throttling", "a storm of refusals is told as such and lived through", ServerFaultPhases.ThrottlingAsync, isFault: true),
        new("LostAnswer", "a connection that breaks after the server has acted makes no second object", ServerFaultPhases.LostAnswerAsync, isFault: true),
        new("SlowPages", "a listing whose pages are slow shows everything", ServerFaultPhases.SlowPagesAsync, isFault: true),
        new("ClockSkew", "a clock that is minutes off does no harm", InstancePhases.ClockSkewAsync, isFault: true),
        new("TwoInstances", "two instances work on one cloud", InstancePhases.TwoInstancesAsync, isFault: true),
        new("Secrets", "no secret stands in a report or in the log", SecretsPhase.RunAsync),
    ];

    /// <summary>A word, as it is written after <c>--phase</c>.</summary>
    public string Name { get; }

    /// <summary>What it proves, as part of a sentence.</summary>
    public string Summary { get; }

    /// <summary>Whether something goes wrong in it.</summary>
    public bool IsFault { get; }

    internal Func<Trial, Task> Run { get; }

    /// <summary>The phase of a name, in whatever case; null when there is none.</summary>
    public static Phase? Find(string name) => All.FirstOrDefault(phase => phase.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    /// <inheritdoc/>
    public override string ToString() => Name;
}
