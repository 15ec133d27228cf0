using System.Text.Json;
using Formae.Protocol.Bus;
using Formae.Sdk.Testing;

namespace Formae.Messaging.Tests;

public sealed class TimeTests : IDisposable
{
    private static readonly byte[] Body = JsonSerializer.SerializeToUtf8Bytes(Requests.Create("Test::Box::Box", """{"Name":"a"}"""), BusJson.Default.OperationRequest);

    private readonly Folder _folder = new();
    private readonly FakeTimeProvider _sender = new();
    private readonly FakeTimeProvider _receiver = new();
    private readonly End _here;
    private readonly End _there;

    public TimeTests()
    {
        _here = new End(_folder.Path, SignatureTests.Key("one", 1), _sender);
        _there = new End(_folder.Path, SignatureTests.Key("one", 1), _receiver);
    }

    public void Dispose()
    {
        _here.Dispose();
        _there.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task A14_an_expired_message_is_refused()
    {
        var message = await _here.WriteAsync(Body);
        _receiver.Advance(BusContract.RequestValidity + MessageKinds.ClockSkew);
        await _there.AcceptedAsync(message);
        _receiver.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(RefusalReason.Expired, await _there.RefusalOfAsync(message));
    }

    [Fact]
    public async Task A14_a_message_is_not_taken_before_its_time()
    {
        var message = await _here.Writer.WriteAsync(End.Outgoing(Body) with { NotBefore = _sender.GetUtcNow() + TimeSpan.FromMinutes(30) }, CancellationToken.None);
        Assert.Equal(_sender.GetUtcNow() + TimeSpan.FromMinutes(30), message.ScheduledEnqueueTime);
        Assert.Equal(RefusalReason.NotYetValid, await _there.RefusalOfAsync(message));
        _receiver.Advance(TimeSpan.FromMinutes(30));
        await _there.AcceptedAsync(message);
    }

    [Fact]
    public async Task Clocks_may_be_a_little_apart()
    {
        _sender.Advance(MessageKinds.ClockSkew);
        await _there.AcceptedAsync(await _here.WriteAsync(Body));
    }

    [Fact]
    public void A14_no_request_is_valid_for_longer_than_the_bus_drops_its_repetition()
    {
        // The window begins when the bus takes the message; two clocks may be apart on the way.
        Assert.True(MessageKinds.FarthestStart + BusContract.RequestValidity + 2 * MessageKinds.ClockSkew <= BusContract.DuplicateWindow);
        Assert.True(MessageKinds.FarthestStart >= TimeSpan.FromHours(2), "Retries may be asked for two hours ahead.");
    }

    [Fact]
    public async Task A_message_that_came_too_often_is_refused_before_the_bus_gives_it_up()
    {
        var message = await _here.WriteAsync(Body);
        Assert.IsType<Reading<OperationRequest>.Accepted>(await _there.ReadAsync(message, BusContract.MostDeliveries - 1));
        Assert.Equal(RefusalReason.Repeats, await _there.RefusalOfAsync(message, BusContract.MostDeliveries));
    }

    [Fact]
    public async Task A_dead_letter_can_be_written_again_under_another_name()
    {
        var message = await _here.WriteAsync(Body);
        _sender.Advance(TimeSpan.FromDays(3));
        _receiver.Advance(TimeSpan.FromDays(3));
        var letter = End.Delivered(message);
        Assert.True(_there.Reader.IsGenuine(letter, End.Queue));
        Assert.False(_there.Reader.IsGenuine(letter, "another-queue"));

        var again = _there.Writer.WriteAgain(letter, End.Queue);

        Assert.NotEqual(message.MessageId, again.MessageId);
        Assert.Equal("Test::Box::Box", (await _here.AcceptedAsync(again)).ResourceType);
    }

    [Fact]
    public async Task A_forged_dead_letter_is_not_genuine()
    {
        var message = await _here.WriteAsync(Body);
        message.CorrelationId = "another";
        Assert.False(_there.Reader.IsGenuine(End.Delivered(message), End.Queue));
    }
}
