using Azure;
using Formae.Coordination.Intake;
using Formae.Coordination.Storage;
using Formae.Coordination.Tests.Cluster;
using Formae.Coordination.Tests.Storage;
using Formae.Protocol.Http;

namespace Formae.Coordination.Tests.Acceptance;

/// <summary>A partition with too much to do delays what is asked for, and refuses nothing of it.</summary>
public sealed class BusyStorageTests : IAsyncLifetime
{
    private const int Count = 450;

    private readonly CancellationToken _cancellation = TestContext.Current.CancellationToken;
    private BusyTables _tables = null!;
    private ControlPlane _plane = null!;

    public async ValueTask InitializeAsync() =>
        _plane = await ControlPlane.StartAsync(new Seams { Time = new QuickTime(60), Tables = inner => _tables = new BusyTables(inner) });

    public ValueTask DisposeAsync() => _plane.DisposeAsync();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_command_is_taken_in_while_storage_refuses_its_updates_or_loses_the_answers(bool isStored)
    {
        _plane.Cloud.CloseGate();
        Disturb(isStored);

        var id = await BeginAsync();

        Assert.True(_tables.Sent >= 5 * 3, $"{_tables.Sent} transactions were sent.");
        Assert.Equal(Count, (await ResourcesAsync(id)).Count());
        _tables.TakeAll();
        _plane.Cloud.OpenGate();
        ControlPlane.Succeeded(await _plane.EndOfAsync(id));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_command_is_canceled_by_force_while_storage_refuses_that_or_loses_the_answers(bool isStored)
    {
        _plane.Cloud.CloseGate();
        var id = await BeginAsync();
        Disturb(isStored);

        var answer = (await _plane.CancelAsync($"id:{id}", force: true)).Accepted();

        Assert.Equal([id], answer.CommandIds);
        Assert.All(await ResourcesAsync(id), update => Assert.Equal(States.Canceled, update.State));
        _tables.TakeAll();
        Assert.Equal(States.Canceled, (await _plane.EndOfAsync(id)).State);
        _plane.Cloud.OpenGate();
    }

    [Fact]
    public async Task An_intake_that_storage_never_takes_is_refused_with_nothing_held()
    {
        _tables.Refuse(int.MaxValue, () => new RequestFailedException(403, "No."));
        await Assert.ThrowsAsync<RequestFailedException>(BeginAsync);

        _tables.TakeAll();
        ControlPlane.Succeeded(await _plane.EndOfAsync(await BeginAsync()));
    }

    private void Disturb(bool isStored)
    {
        _tables.TakeAll();
        if (isStored)
            _tables.LoseAnswers(2);
        else
            _tables.Refuse(2, () => new RequestFailedException(503, "Busy."));
    }

    private async Task<IEnumerable<UpdateSummary>> ResourcesAsync(string id) =>
        (await _plane.Get<UpdateStore>().SummariesAsync(id, _cancellation)).Where(update => update.Ksuid is not null);

    private async Task<string> BeginAsync() => Assert.IsType<IntakeOutcome.Accepted>(await _plane.SubmitAsync(
        "Stacks: [{ Label: s }]\nTargets: [{ Label: eu, Namespace: FakeAWS, Config: { Region: eu-1 } }]\nResources:\n"
        + string.Concat(Enumerable.Range(0, Count).Select(number => $"  - {{ Label: b{number}, Type: \"FakeAWS::S3::Bucket\", Stack: s, Target: eu, Properties: {{ BucketName: b{number} }} }}\n")))).Response.CommandId;
}
