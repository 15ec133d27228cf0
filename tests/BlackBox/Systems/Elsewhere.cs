using System.Diagnostics;
using Formae.BlackBox.Tests.Scripts;
using Formae.Client;
using Formae.Model;
using Formae.Protocol.Http;

namespace Formae.BlackBox.Tests.Systems;

/// <summary>A control plane that somebody else has started, wherever: under Core Tools, on Azure. Only its addresses are known, so nothing is killed and nothing is poisoned.</summary>
internal sealed class Elsewhere : OverHttp
{
    /// <summary>Profiles that ask for no more than can be done from here.</summary>
    public static readonly IReadOnlyList<Profile> Possible = [Profile.SequentialHappyPath, Profile.ConcurrentMultiStack];

    /// <summary>Without a call for so long, no message is under way any more.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(3);

    private readonly HashSet<(string Queue, long Number)> _deadBefore;
    private int _calls = -1;
    private long _since;

    private Elsewhere(FormaeClient client, Uri cloud, IEnumerable<DeadLetter> deadBefore)
        : base(client, cloud) => _deadBefore = [.. deadBefore.Select(letter => (letter.Queue, letter.SequenceNumber))];

    /// <param name="server">The coordinator.</param>
    /// <param name="cloud">The app of FakeAws.</param>
    /// <param name="key">A host key of the coordinator; null for none.</param>
    public static async Task<Elsewhere> FindAsync(Uri server, Uri cloud, string? key)
    {
        var client = new FormaeClient(new FormaeClientOptions { Server = server, ClientId = "blackbox", Key = key });
        await client.CheckHealthAsync();
        return new Elsewhere(client, cloud, (await client.GetDeadLettersAsync(max: 200)).DeadLetters);
    }

    public override async Task<bool> IsQuietAsync()
    {
        var calls = await MessagesAsync();
        if (calls != _calls)
            (_calls, _since) = (calls, Stopwatch.GetTimestamp());
        return Stopwatch.GetElapsedTime(_since) > Silence;
    }

    public override Task CrashAsync(Victim victim) => throw new NotSupportedException("Nothing is killed elsewhere.");

    public override Task PoisonAsync(PoisonedQueue queue) => throw new NotSupportedException("Nothing is poisoned elsewhere.");

    public override Task<IReadOnlyList<string>> ResidueAsync() => AskAsync<IReadOnlyList<string>>(async () =>
        [.. (await Client.GetDeadLettersAsync(max: 200)).DeadLetters.Where(letter => !_deadBefore.Contains((letter.Queue, letter.SequenceNumber))).Select(letter => $"a dead letter in {letter.Queue}: {letter.Reason} {letter.Description}")]);

    public override Task<IReadOnlyList<string>> FinishAsync() => AskAsync<IReadOnlyList<string>>(async () =>
        [.. (await Client.ListCommandsAsync(max: 200)).Where(command => !States.IsFinal(command.State)).Select(command => $"the command {command.CommandId} is {command.State}")]);

    public override async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await base.DisposeAsync();
    }
}
