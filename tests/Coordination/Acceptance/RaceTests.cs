using System.Collections.Concurrent;
using System.Text;
using Formae.Coordination.Intake;
using Formae.Coordination.Storage;
using Formae.Coordination.Tests.Cluster;
using Formae.Embedded.Tables;
using Formae.Engine.Planning;
using Formae.Model;
using Formae.Protocol.Http;

namespace Formae.Coordination.Tests.Acceptance;

/// <summary>
/// Two coordinators take the same document in at the same time: each with its own intake, stores, catalog, identities, clock, bus and task hub, over the same tables.
/// </summary>
public sealed class RaceTests : IAsyncLifetime
{
    private readonly TempFolder _folder = new();
    private readonly Lockstep _lockstep = new();
    private ControlPlane[] _planes = [];

    public async ValueTask InitializeAsync()
    {
        _planes =
        [
            await ControlPlane.StartAsync(new Seams { TablesFile = _folder.File("tables.db"), Tables = inner => new Stepping(inner, _lockstep), Time = new Skewed(TimeSpan.FromMinutes(4)) }),
            await ControlPlane.StartAsync(new Seams { TablesFile = _folder.File("tables.db"), Tables = inner => new Stepping(inner, _lockstep), Time = new Skewed(-TimeSpan.FromMinutes(4)) }),
        ];
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var plane in _planes)
            await plane.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task F054_of_two_coordinators_that_race_for_a_stack_exactly_one_wins_and_the_other_is_told_by_whom()
    {
        for (var round = 0; round < 12; round++)
            await RaceAsync([$"race-{round}"], inStep: true, first: round % 2);
    }

    [Fact]
    public async Task F054_races_for_different_stacks_do_not_know_of_each_other()
    {
        for (var round = 0; round < 3; round++)
            await RaceAsync([.. Enumerable.Range(0, 6).Select(number => $"side-{round}-{number}")], inStep: false, first: 0);
    }

    [Fact]
    public async Task F054_two_documents_over_the_same_stacks_in_another_order_do_not_block_each_other()
    {
        foreach (var plane in _planes)
            plane.Cloud.CloseGate();
        for (var round = 0; round < 6; round++)
        {
            string[] stacks = [$"a-{round}", $"b-{round}", $"c-{round}"];
            var outcomes = await Task.WhenAll(_planes.Select((plane, number) => Task.Run(() =>
                _lockstep.RunAsync(number, () => SubmitAsync(plane, Document(number == 0 ? stacks : [.. stacks.Reverse()], number))))));

            Assert.Single(outcomes.OfType<IntakeOutcome.Accepted>());
            Assert.Equal(ErrorCodes.ConflictingCommands, Assert.Single(outcomes.OfType<IntakeOutcome.Refused>()).Error.Error);
        }

        foreach (var plane in _planes)
            plane.Cloud.OpenGate();
    }

    private async Task RaceAsync(IReadOnlyList<string> stacks, bool inStep, int first)
    {
        foreach (var plane in _planes)
            plane.Cloud.CloseGate();
        var outcomes = new ConcurrentDictionary<(string Stack, int Plane), IntakeOutcome>();
        await Task.WhenAll(stacks.SelectMany(stack => _planes.Select((plane, number) => Task.Run(async () =>
        {
            Task<IntakeOutcome> Submit() => SubmitAsync(plane, Document([stack], number));
            outcomes[(stack, number)] = inStep ? await _lockstep.RunAsync(number ^ first, Submit) : await Submit();
        }))));

        var winners = new List<(ControlPlane Plane, string CommandId)>();
        foreach (var stack in stacks)
        {
            var both = outcomes.Where(outcome => outcome.Key.Stack == stack).ToList();
            var won = Assert.Single(both, outcome => outcome.Value is IntakeOutcome.Accepted);
            var commandId = ((IntakeOutcome.Accepted)won.Value).Response.CommandId;
            var lost = Assert.IsType<IntakeOutcome.Refused>(both.Single(outcome => outcome.Key != won.Key).Value);
            Assert.Equal((409, ErrorCodes.ConflictingCommands), (lost.Status, lost.Error.Error));
            Assert.Equal(commandId, lost.Error.Data!.Value.GetProperty("ConflictingCommands")[0].GetProperty("CommandId").GetString());
            winners.Add((_planes[won.Key.Plane], commandId));
        }

        foreach (var plane in _planes)
            plane.Cloud.OpenGate();
        foreach (var (plane, commandId) in winners)
        {
            ControlPlane.Succeeded(await plane.EndOfAsync(commandId));
            Assert.DoesNotContain(await plane.Get<FormaeTables>().Stacks.ReadAsync(null, CancellationToken.None), row => row.GetString("LeaseHolder") == commandId);
        }

        // What the winner said is what there is.
        foreach (var stack in stacks)
        {
            var resource = Assert.Single(await _planes[0].Get<ResourceStore>().ReadStackAsync(stack, CancellationToken.None));
            Assert.Equal($"{stack}-{outcomes.Single(outcome => outcome.Key.Stack == stack && outcome.Value is IntakeOutcome.Accepted).Key.Plane}", resource.Properties!.Value.GetProperty("BucketName").GetString());
        }
    }

    private static Task<IntakeOutcome> SubmitAsync(ControlPlane plane, string document) => plane.Get<CommandIntake>().SubmitAsync(
        new Submission { Kind = CommandKind.Apply, Mode = ApplyMode.Reconcile, Document = Encoding.UTF8.GetBytes(document), ClientId = "race" }, plane.Client, CancellationToken.None);

    private static string Document(IReadOnlyList<string> stacks, int plane) => $$"""
        Stacks: [{{string.Join(", ", stacks.Select(stack => $"{{ Label: {stack} }}"))}}]
        Targets: [{ Label: eu, Namespace: FakeAWS, Config: { Region: eu-1 } }]
        Resources:
        {{string.Join('\n', stacks.Select(stack => $"  - {{ Label: logs, Type: \"FakeAWS::S3::Bucket\", Stack: {stack}, Target: eu, Properties: {{ BucketName: {stack}-{plane} }} }}"))}}
        """;

    private sealed class Skewed(TimeSpan by) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + by;
    }

    /// <summary>Two who make their requests in turn: the n-th of one and the n-th of the other are both at the door before either goes through.</summary>
    private sealed class Lockstep
    {
        private readonly AsyncLocal<int?> _who = new();
        private readonly Lock _lock = new();
        private TaskCompletionSource? _waiting;
        private int _running;

        public async Task<T> RunAsync<T>(int who, Func<Task<T>> work)
        {
            lock (_lock)
                _running++;
            _who.Value = who;
            try
            {
                return await work();
            }
            finally
            {
                _who.Value = null;
                lock (_lock)
                {
                    _running--;
                    _waiting?.TrySetResult();
                    _waiting = null;
                }
            }
        }

        /// <summary>Waits for the other one, unless it has come already or is done. The one with the greater number goes second.</summary>
        public async Task StepAsync()
        {
            if (_who.Value is not { } who)
                return;
            Task? wait = null;
            lock (_lock)
            {
                if (_waiting is { } other)
                {
                    _waiting = null;
                    other.TrySetResult();
                }
                else if (_running > 1)
                {
                    _waiting = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                    wait = _waiting.Task;
                }
            }

            if (wait is not null)
                await wait.WaitAsync(TimeSpan.FromSeconds(60));
            for (var turn = 0; turn < who; turn++)
                await Task.Yield();
        }
    }

    private sealed class Stepping(ITableTransport inner, Lockstep lockstep) : DelegatingTransport(inner)
    {
        protected override async Task<T> AroundAsync<T>(string table, bool isWrite, Func<Task<T>> request)
        {
            await lockstep.StepAsync();
            return await request();
        }
    }
}
