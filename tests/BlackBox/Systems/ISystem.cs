using Formae.BlackBox.Tests.Scripts;
using Formae.Model;
using Formae.Plugins.FakeAws;
using Formae.Protocol.Http;
using ResourceUpdate = Formae.Protocol.Http.ResourceUpdate;

namespace Formae.BlackBox.Tests.Systems;

/// <summary>A whole control plane with its pretended cloud, as seen from outside: in this process, or in processes of its own.</summary>
internal interface ISystem : IAsyncDisposable
{
    /// <summary>How long a command may take at most, whatever happens to it.</summary>
    TimeSpan Patience { get; }

    /// <summary>Whether it was crashed so often that it gives up, or has run for too long, so that the next sequence needs another one.</summary>
    bool IsWornOut { get; }

    /// <summary>Whether stacks whose time is over go without being asked to, by a command that nobody tells of.</summary>
    bool ExpiresByItself { get; }

    /// <summary>How long what is written last may take to be seen after the end of its command.</summary>
    TimeSpan Settling { get; }

    /// <summary>How many messages went to plugins so far.</summary>
    Task<int> MessagesAsync();

    /// <summary>Whether no message is under way, between the control plane and its plugins.</summary>
    Task<bool> IsQuietAsync();

    Task<Answer> SubmitAsync(Order order);

    Task<Answer> ReconcileAsync(string stack);

    /// <summary>Whether there was something to cancel.</summary>
    Task<bool> CancelAsync(string commandId, bool forces);

    /// <summary>The commands that were started.</summary>
    Task<IReadOnlyList<string>> CheckTimeToLiveAsync();

    Task<Command?> FindAsync(string commandId);

    Task StartSynchronizationAsync();

    /// <summary>The one that runs, or ran last.</summary>
    Task<SynchronizationProgress?> FindSynchronizationAsync();

    Task<IReadOnlyList<Resource>> InventoryAsync();

    Task<IReadOnlyList<CloudItem>> CloudAsync();

    /// <summary>Every call that handlers got.</summary>
    Task<IReadOnlyList<RecordedCall>> CallsAsync();

    Task PutInCloudAsync(CloudItem item);

    /// <summary>Sets some properties of an object, if it is there.</summary>
    Task ChangeInCloudAsync(CloudItem item);

    Task DeleteInCloudAsync(string type, string nativeId);

    Task ProgramAsync(ProgrammedAnswers answers);

    Task ClearProgramsAsync();

    /// <summary>Messages come late and twice from now on; null: no longer.</summary>
    void SetWeather(int? seed);

    /// <summary>Storage refuses so many requests of what runs by itself; 0: none any more.</summary>
    /// <returns>How many it has refused since this was said the last time.</returns>
    int RefuseStorage(int status, int times);

    /// <summary>Reports of creates of these resources are kept back from now on, and their operations given up; null: those that come from now on are not.</summary>
    void KeepReports(IReadOnlySet<string>? labels);

    /// <summary>What was kept back comes now.</summary>
    /// <returns>How many reports.</returns>
    Task<int> TellReportsAsync();

    /// <summary>Resources that something is still to be done with, as far as it can be seen: for whoever reads a failure.</summary>
    Task<string> AtWorkAsync();

    Task CrashAsync(Victim victim);

    /// <summary>Sends a message that must become a dead letter.</summary>
    Task PoisonAsync(PoisonedQueue queue);

    /// <summary>What should not be there once nothing runs: leases, open commands, dead letters that are no poison, poison that is no dead letter.</summary>
    Task<IReadOnlyList<string>> ResidueAsync();

    /// <summary>What is wrong with what is left behind, secrets in the open above all. Asked once, at the end.</summary>
    Task<IReadOnlyList<string>> FinishAsync();
}

/// <summary>Something that is to be done.</summary>
internal sealed record Order
{
    public bool Destroys { get; init; }

    public bool Reconciles { get; init; }

    public bool Forces { get; init; }

    public bool Cascades { get; init; }

    public string Document { get; init; } = "";

    public (string Stack, string CommandId)? RollBack { get; init; }
}

/// <summary>What came of an order.</summary>
internal abstract record Answer
{
    private Answer()
    {
    }

    /// <param name="CommandId">The command that runs.</param>
    /// <param name="Planned">Its updates; null where the answer did not tell.</param>
    public sealed record Accepted(string CommandId, IReadOnlyList<ResourceUpdate>? Planned) : Answer;

    public sealed record NothingToDo : Answer;

    public sealed record Refused(string Code, string Message) : Answer;
}
