using System.Text.Json;
using Formae.Messaging.Signing;
using Formae.Protocol.Bus;
using Formae.Sdk.Testing;

namespace Formae.Messaging.Tests;

/// <summary>The bus drops a message whose name it knows, before anybody looks at its signature: so nobody without the key can know a name before it is sent.</summary>
public sealed class NameTests : IDisposable
{
    private const string Name = "c/r/create/1";

    private static readonly byte[] Body = JsonSerializer.SerializeToUtf8Bytes(Requests.Create("Test::Box::Box", """{"Name":"a"}"""), BusJson.Default.OperationRequest);

    private readonly Folder _folder = new();
    private readonly FakeTimeProvider _time = new();
    private readonly End _here;

    public NameTests() => _here = new End(_folder.Path, SignatureTests.Key("one", 1), _time);

    public void Dispose()
    {
        _here.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_message_is_called_as_its_sender_calls_it_with_a_tag_of_the_key_behind()
    {
        var name = await NameOfAsync(_here, End.Outgoing(Body));

        Assert.Matches(@"^c/r/create/1~[A-Za-z0-9_-]{16}\z", name);
    }

    [Fact]
    public async Task Whatever_is_sent_again_has_the_same_name_wherever_and_whenever()
    {
        using var there = new End(_folder.Path, SignatureTests.Key("one", 1), _time);
        var name = await NameOfAsync(_here, End.Outgoing(Body));
        _time.Advance(TimeSpan.FromMinutes(30));

        Assert.Equal(name, await NameOfAsync(_here, End.Outgoing(Body) with { TraceParent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" }));
        Assert.Equal(name, await NameOfAsync(there, End.Outgoing("{}"u8.ToArray()) with { NotBefore = _time.GetUtcNow().AddHours(1) }));
    }

    [Fact]
    public async Task Another_message_another_queue_and_another_key_make_another_name()
    {
        using var other = new End(_folder.Path, SignatureTests.Key("one", 2), _time);
        var outgoing = End.Outgoing(Body);
        string[] names =
        [
            await NameOfAsync(_here, outgoing),
            await NameOfAsync(_here, outgoing with { MessageId = "c/r/create/2" }),
            await NameOfAsync(_here, outgoing with { Queue = "formae-requests-other" }),
            await NameOfAsync(other, outgoing),
        ];

        Assert.Equal(names.Length, names.Select(name => name.Split('~')[1]).Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public async Task The_tag_is_no_part_of_what_travels_otherwise()
    {
        // Who has seen a message knows its signature, and that must not be the beginning of another one's name.
        var message = await _here.WriteAsync(Body);
        var tag = message.MessageId.Split('~')[1];

        Assert.All(message.ApplicationProperties.Values, value => Assert.DoesNotContain(tag, Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal));
        await _here.AcceptedAsync(message);
    }

    [Fact]
    public async Task What_has_no_name_gets_one_that_nobody_can_know()
    {
        var outgoing = End.Outgoing(Body) with { MessageId = null };

        Assert.Matches(@"^[0-9a-f]{32}\z", await NameOfAsync(_here, outgoing));
        Assert.NotEqual(await NameOfAsync(_here, outgoing), await NameOfAsync(_here, outgoing));
    }

    [Fact]
    public void Where_messages_travel_unsigned_names_do_too() => Assert.Equal(Name, MessageName.Of(Name, End.Queue, key: null));

    [Fact]
    public void The_longest_name_is_short_enough_for_the_bus()
    {
        // A command, a place and an action, and the number of the message; the bus takes 128 characters.
        var request = Requests.Create("Test::Box::Box", """{"Name":"a"}""") with { OperationId = $"{new string('c', 27)}/{new string('p', 27)}/resolve", Sequence = int.MaxValue };

        Assert.InRange(MessageName.Of(request.MessageId, End.Queue, _here.Keys.Signing).Length, 1, 128);
        Assert.InRange(MessageName.Of($"{new string('c', 27)}/close-0000000/{new string('t', 50)}", End.Queue, _here.Keys.Signing).Length, 1, 128);
    }

    private static async Task<string> NameOfAsync(End end, OutgoingMessage outgoing) => (await end.Writer.WriteAsync(outgoing, CancellationToken.None)).MessageId;
}
