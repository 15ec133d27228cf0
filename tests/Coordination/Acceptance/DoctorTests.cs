using Azure.Messaging.ServiceBus;
using Formae.Coordination.Catalog;
using Formae.Coordination.Storage;
using Formae.Coordination.Tests.Cluster;
using Formae.Model;
using Formae.Protocol.Bus;
using Formae.Protocol.Http;

namespace Formae.Coordination.Tests.Acceptance;

/// <summary>One look at everything: each thing that can be wrong is made wrong, and found.</summary>
public sealed class DoctorTests : IAsyncLifetime
{
    private readonly CancellationToken _cancellation = TestContext.Current.CancellationToken;
    private BreakingTables _tables = null!;
    private ControlPlane _plane = null!;
    private HttpCaller _http = null!;

    public async ValueTask InitializeAsync()
    {
        _plane = await ControlPlane.StartAsync(new Seams { Tables = inner => _tables = new BreakingTables(inner) });
        _http = new HttpCaller(_plane);
    }

    public ValueTask DisposeAsync() => _plane.DisposeAsync();

    [Fact]
    public async Task Where_nothing_is_wrong_every_check_says_what_it_found()
    {
        var report = await ExamineAsync();

        Assert.Equal(["access", "storage", "clock", "disk", "bus", "signing", "plugin fakeaws", "dead letters", "commands", "leases"], report.Checks.Select(check => check.Name.ToLowerInvariant()));
        Assert.All(report.Checks.Where(check => check.Name != "disk"), check => Assert.Equal((Verdicts.Ok, null), (check.Verdict, check.Advice)));
        Assert.All(report.Checks, check => Assert.NotEmpty(check.Detail));
        Assert.Contains("messages are signed with the key", Of(report, "signing").Detail, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Clocks_that_are_apart_are_told_by_how_much()
    {
        _tables.Age(TimeSpan.FromMinutes(1));
        Assert.Equal(Verdicts.Warn, Of(await ExamineAsync(), "clock").Verdict);
        _tables.Age(TimeSpan.FromMinutes(10));
        Assert.Equal(Verdicts.Fail, Of(await ExamineAsync(), "clock").Verdict);
    }

    [Fact]
    public async Task Storage_that_does_not_answer_is_a_finding_and_the_rest_is_told()
    {
        await Assert.ThrowsAnyAsync<Azure.RequestFailedException>(() => _tables.BreakAsync<bool>(Break.KilledBefore, 1, async cancellation =>
        {
            await _plane.Get<CommandStore>().OpenAsync(cancellation);
            return true;
        }));

        var report = await ExamineAsync();

        Assert.Equal((Verdicts.Fail, Verdicts.Fail, Verdicts.Ok), (report.Verdict, Of(report, "storage").Verdict, Of(report, "signing").Verdict));
        Assert.NotNull(Of(report, "storage").Advice);
    }

    [Fact]
    public async Task A_plugin_that_cannot_be_worked_with_fails_and_one_that_fell_silent_warns()
    {
        var catalog = _plane.Get<PluginCatalog>();
        var known = catalog.Plugins.Single().Announcement;
        await catalog.AnnounceAsync(known with { Name = "future", Namespace = "Future", MinContract = 7, MaxContract = 9, SentAt = DateTimeOffset.UtcNow }, _cancellation);
        await catalog.AnnounceAsync(known with { Name = "quiet", Namespace = "Quiet", SentAt = DateTimeOffset.UtcNow.AddMinutes(-5) }, _cancellation);

        var report = await ExamineAsync();

        Assert.Equal((Verdicts.Fail, Verdicts.Warn), (Of(report, "plugin future").Verdict, Of(report, "plugin quiet").Verdict));
        Assert.Contains("contracts 7 to 9", Of(report, "plugin future").Detail, StringComparison.Ordinal);
        Assert.Contains("5 min", Of(report, "plugin quiet").Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Dead_letters_are_told_by_reason()
    {
        await using var sender = _plane.Bus.CreateSender(BusContract.ReportQueue);
        await sender.SendMessageAsync(new ServiceBusMessage("x") { Subject = "hello" }, _cancellation);
        await sender.SendMessageAsync(new ServiceBusMessage("x") { Subject = BusContract.ReportSubject }, _cancellation);
        DoctorReport report;
        do
        {
            report = await ExamineAsync();
        }
        while (report.Checks.Count(check => check.Name.StartsWith("dead letters:", StringComparison.Ordinal)) < 2);

        Assert.Equal((Verdicts.Fail, Verdicts.Warn), (Of(report, "dead letters: WrongSignature").Verdict, Of(report, "dead letters: UnknownKind").Verdict));
    }

    [Fact]
    public async Task A_command_that_does_not_move_and_a_lease_that_nobody_needs_are_found()
    {
        var (stuck, over) = (await AddAsync(States.InProgress), await AddAsync(States.Success));
        var stacks = _plane.Get<StackStore>();
        Assert.Null(await stacks.TakeLeaseAsync("held", stuck, _ => Task.FromResult<bool?>(true), _cancellation));
        Assert.Null(await stacks.TakeLeaseAsync("left", over, _ => Task.FromResult<bool?>(true), _cancellation));
        Assert.Equal(Verdicts.Ok, Of(await ExamineAsync(), "leases").Verdict);

        _tables.Age(TimeSpan.FromMinutes(20));
        var report = await ExamineAsync();

        Assert.Equal(Verdicts.Warn, Of(report, $"command {stuck}").Verdict);
        Assert.DoesNotContain(report.Checks, check => check.Name == $"command {over}");
        Assert.Equal(Verdicts.Warn, Of(report, "lease of left").Verdict);
        Assert.DoesNotContain(report.Checks, check => check.Name == "lease of held");
    }

    private static DoctorCheck Of(DoctorReport report, string name) => Assert.Single(report.Checks, check => check.Name == name);

    private async Task<DoctorReport> ExamineAsync() => (await _http.GetAsync("/api/v1/admin/doctor")).As(HttpJson.Default.DoctorReport);

    private async Task<string> AddAsync(string state)
    {
        var id = _plane.Get<KsuidSource>().Next();
        await _plane.Get<CommandStore>().AddAsync(
            new CommandRecord { CommandId = id, Kind = "apply", Mode = "patch", State = state, StartedAt = DateTimeOffset.UtcNow, ModifiedAt = DateTimeOffset.UtcNow }, _cancellation);
        return id;
    }
}
