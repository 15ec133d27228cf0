using System.Text.Json;
using Formae.Messaging.Payloads;
using Formae.Protocol.Bus;
using Formae.Sdk.Functions;
using Formae.Sdk.Testing;

namespace Formae.Sdk.Tests.Functions;

public sealed class ReportBatchTests : IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly SlowBus _bus = new();
    private readonly Scratch _scratch = new();
    private readonly FolderPayloads _payloads;
    private readonly AwayPayloads _away;
    private readonly ReportBatch _batch;

    public ReportBatchTests()
    {
        _payloads = new FolderPayloads(_scratch.Folder);
        _away = new AwayPayloads(_payloads);
        _batch = new ReportBatch(_bus.SendAsync, _away, 2_500_000, TimeSpan.FromMilliseconds(5), _time);
    }

    public void Dispose()
    {
        _batch.Dispose();
        _scratch.Dispose();
    }

    [Fact]
    public async Task A_lone_report_leaves_at_once()
    {
        var sent = _batch.SendAsync("q", Report());
        var message = await _bus.NextAsync();
        Assert.Equal(("q", 1), (message.Queue, message.Count));
        Assert.False(sent.IsCompleted);
        message.Taken();
        await sent.WaitAsync(Patience);
    }

    [Fact]
    public async Task Reports_of_a_burst_travel_together()
    {
        var sent = Enumerable.Range(0, 500).Select(_ => _batch.SendAsync("q", Report())).ToArray();
        var messages = 0;
        var reports = 0;
        while (reports < 500)
        {
            var message = await _bus.NextAsync();
            Assert.InRange(message.Count, 1, ReportBatch.MostReports);
            reports += message.Count;
            messages++;
            message.Taken();
        }

        await Task.WhenAll(sent).WaitAsync(Patience);
        Assert.Equal(500, reports);
        Assert.InRange(messages, 10, 20);
    }

    [Fact]
    public async Task What_comes_while_a_message_is_sent_goes_with_the_next_one()
    {
        var first = _batch.SendAsync("q", Report());
        var one = await _bus.NextAsync();
        var rest = Enumerable.Range(0, 3).Select(_ => _batch.SendAsync("q", Report())).ToArray();
        one.Taken();
        var two = await _bus.NextAsync();
        Assert.Equal(3, two.Count);
        two.Taken();
        await Task.WhenAll([first, .. rest]).WaitAsync(Patience);
    }

    [Fact]
    public async Task A_slow_bus_holds_nobody_up_for_long()
    {
        _ = _batch.SendAsync("q", Report());
        await _bus.NextAsync();
        _ = _batch.SendAsync("q", Report());
        _time.Advance(TimeSpan.FromMilliseconds(50));
        Assert.Equal(1, (await _bus.NextAsync()).Count);
    }

    [Fact]
    public async Task While_many_are_at_work_a_report_waits_for_theirs_a_moment()
    {
        var work = Enumerable.Range(0, 20).Select(_ => _batch.Begin()).ToList();
        _ = _batch.SendAsync("q", Report());
        _ = _batch.SendAsync("q", Report());
        Assert.Equal(0, _bus.Sent);
        _time.Advance(TimeSpan.FromMilliseconds(5));
        Assert.Equal(2, (await _bus.NextAsync()).Count);
        work.ForEach(w => w.Dispose());
    }

    [Fact]
    public async Task Queues_do_not_mix()
    {
        _ = _batch.SendAsync("a", Report());
        _ = _batch.SendAsync("b", Report());
        Assert.Equal(["a", "b"], new[] { (await _bus.NextAsync()).Queue, (await _bus.NextAsync()).Queue }.Order());
    }

    [Fact]
    public async Task A_message_stays_below_what_the_bus_takes()
    {
        var blocker = _batch.SendAsync("q", Report());
        var first = await _bus.NextAsync();
        var sent = Enumerable.Range(0, 9).Select(_ => _batch.SendAsync("q", Report(60_000))).ToArray();
        first.Taken();
        var reports = 0;
        while (reports < 9)
        {
            var message = await _bus.NextAsync();
            Assert.InRange(message.Bytes, 1, 200_000);
            reports += message.Count;
            message.Taken();
        }

        await Task.WhenAll([blocker, .. sent]).WaitAsync(Patience);
    }

    [Theory]
    [InlineData(OperationVerb.Create)]
    [InlineData(OperationVerb.Update)]
    [InlineData(OperationVerb.Status)]
    public async Task What_was_done_is_told_as_done_where_its_report_is_too_large(OperationVerb verb)
    {
        _ = _batch.SendAsync("q", Report(2_600_000) with { Verb = verb, NativeId = "n-1" });
        var report = Assert.Single((await _bus.NextAsync()).Reports);
        Assert.Equal((OperationStatus.Success, "n-1", true), (report.Status, report.NativeId, report.IsTruncated));
        Assert.Null(report.Claim);
        Assert.Null(report.Properties);
        Assert.Contains("2500000 (FormaeLargestReportBytes)", report.Problem!.Message);
    }

    [Fact]
    public async Task A_read_whose_report_is_too_large_has_failed_and_says_so()
    {
        _ = _batch.SendAsync("q", Report(2_600_000) with { NativeId = "n-1" });
        var report = Assert.Single((await _bus.NextAsync()).Reports);
        Assert.Equal((OperationStatus.Failure, "n-1", false), (report.Status, report.NativeId, report.IsTruncated));
        Assert.Contains("2500000 (FormaeLargestReportBytes)", report.Problem!.Message);
    }

    [Theory]
    [InlineData(OperationVerb.Delete, OperationStatus.Success)]
    [InlineData(OperationVerb.Create, OperationStatus.InProgress)]
    [InlineData(OperationVerb.Update, OperationStatus.Drifted)]
    [InlineData(OperationVerb.Create, OperationStatus.Failure)]
    public async Task What_a_report_says_beside_the_object_is_said_whatever_its_size(OperationVerb verb, OperationStatus status)
    {
        var problem = status == OperationStatus.Failure ? new Model.Problem { Code = Model.ProblemCodes.Throttling, Message = "slower" } : null;
        _ = _batch.SendAsync("q", Report(2_600_000) with { Verb = verb, Status = status, RequestId = "r", Problem = problem });
        var report = Assert.Single((await _bus.NextAsync()).Reports);
        Assert.Equal((status, "r", problem, false), (report.Status, report.RequestId, report.Problem, report.IsTruncated));
    }

    [Fact]
    public async Task Text_outside_ascii_is_not_longer_in_a_report()
    {
        _ = _batch.SendAsync("q", Report() with { Properties = JsonElement.Parse(System.Text.Encoding.UTF8.GetBytes($$"""{"Text":"{{new string('é', 1_200_000)}}"}""")) });
        var stub = Assert.Single((await _bus.NextAsync()).Reports);
        Assert.InRange(stub.Claim!.Length, 2_400_000, 2_401_000);
    }

    [Fact]
    public async Task A_report_waits_for_the_place_of_payloads()
    {
        _away.IsAway = true;
        var sent = _batch.SendAsync("q", Report(200_000) with { Verb = OperationVerb.Create });
        _time.Advance(TimeSpan.FromSeconds(20));
        Assert.Equal(0, _bus.Sent);

        _away.IsAway = false;
        var message = await ComesAsync(() => _bus.Sent > 0);
        Assert.NotNull(Assert.Single(message.Reports).Claim);
        message.Taken();
        await sent.WaitAsync(Patience);
    }

    [Fact]
    public async Task Where_payloads_cannot_be_left_for_long_the_report_goes_without_the_object()
    {
        _away.IsAway = true;
        _ = _batch.SendAsync("q", Report(200_000) with { Verb = OperationVerb.Create, NativeId = "n-1" });
        var report = Assert.Single((await ComesAsync(() => _bus.Sent > 0)).Reports);
        Assert.Equal((OperationStatus.Success, "n-1", true), (report.Status, report.NativeId, report.IsTruncated));
        Assert.Contains("IOException", report.Problem!.Message);
        Assert.DoesNotContain("/secret/place", report.Problem.Message);
    }

    [Fact]
    public async Task A_large_report_is_left_and_its_stub_travels_with_all_that_decides()
    {
        var whole = Report(2_000_000) with { NativeId = "n-1", Sequence = 7, Attempt = 2 };
        _ = _batch.SendAsync("q", whole);
        var message = await _bus.NextAsync();
        var stub = Assert.Single(message.Reports);
        Assert.InRange(message.Bytes, 1, 1000);
        Assert.Equal((OperationStatus.Success, "n-1", 7, 2), (stub.Status, stub.NativeId, stub.Sequence, stub.Attempt));
        Assert.Null(stub.Properties);
        var left = JsonSerializer.Deserialize((await _payloads.GetAsync(stub.Claim!, CancellationToken.None)).ToMemory().Span, BusJson.Default.OperationReport)!;
        Assert.Equal(whole.Properties.ToString(), left.Properties.ToString());
    }

    [Fact]
    public async Task A_report_whose_words_alone_are_too_long_travels_with_the_first_of_them()
    {
        var said = new string('e', 300_000);
        _ = _batch.SendAsync("q", Report() with { Status = OperationStatus.Failure, Properties = null, Message = said, Problem = new Model.Problem { Code = Model.ProblemCodes.Throttling, Message = said } });
        var message = await _bus.NextAsync();
        Assert.InRange(message.Bytes, 1, 50_000);
        var report = Assert.Single(message.Reports);
        Assert.Equal((OperationStatus.Failure, Model.ProblemCodes.Throttling), (report.Status, report.Problem!.Code));
        Assert.Null(report.Claim);
        Assert.StartsWith("eeee", report.Problem.Message);
        Assert.StartsWith("eeee", report.Message);
    }

    [Fact]
    public async Task A_send_that_fails_is_tried_again()
    {
        var sent = _batch.SendAsync("q", Report());
        (await _bus.NextAsync()).Lost();
        (await ComesAsync(() => _bus.Sent > 0)).Lost();
        (await ComesAsync(() => _bus.Sent > 0)).Taken();
        await sent.WaitAsync(Patience);
    }

    [Fact]
    public async Task A_send_that_fails_for_two_minutes_fails_all_who_wait_for_it()
    {
        var began = _time.GetUtcNow();
        var sent = _batch.SendAsync("q", Report());
        while (!sent.IsCompleted)
            (await ComesAsync(() => _bus.Sent > 0 || sent.IsCompleted, orNot: true))?.Lost();
        await Assert.ThrowsAsync<IOException>(() => sent);
        Assert.True(_time.GetUtcNow() - began >= TimeSpan.FromMinutes(2));

        var next = _batch.SendAsync("q", Report());
        (await _bus.NextAsync()).Taken();
        await next.WaitAsync(Patience);
    }

    /// <summary>The next message, as time goes by.</summary>
    private async Task<Sending> ComesAsync(Func<bool> isThere, bool orNot = false)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!isThere())
        {
            patience.Token.ThrowIfCancellationRequested();
            _time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        return orNot && _bus.Sent == 0 ? null! : await _bus.NextAsync();
    }

    private static TimeSpan Patience => TimeSpan.FromSeconds(60);

    private static OperationReport Report(int size = 10) => new()
    {
        OperationId = "o",
        Verb = OperationVerb.Read,
        Ksuid = "k",
        Status = OperationStatus.Success,
        Properties = JsonSerializer.SerializeToElement(new { Text = new string('x', size) }),
    };
}
