using System.Text.Json;
using Formae.Coordination.Publishing;
using Formae.Coordination.Storage;
using Formae.Model;
using Formae.Protocol.Bus;
using Formae.Protocol.Http;

namespace Formae.Coordination.Tests.Publishing;

/// <summary>What events rows stand for.</summary>
public sealed class EventsOfTests
{
    private static readonly DateTimeOffset At = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly string Id = new KsuidSource(TimeProvider.System).Next();
    private static readonly CommandStanding Command = new(Id, "apply", "reconcile", "user", States.Failed, "it broke: hush", At, At) { ClientId = "me" };

    [Fact]
    public void Every_type_is_told_of_something_and_nothing_is_told_of_another()
    {
        string[] operations = ["create", "update", "delete", "read"];
        var told = (from state in States.All
                    from operation in operations
                    from replacement in new[] { false, true }
                    select EventsOf.Update(Outcome(operation, state) with { IsReplacement = replacement }, Command)?.Type)
            .Concat(operations.Select(operation => EventsOf.Drift(Outcome(operation, States.Success))?.Type))
            .Append(EventsOf.Command(Command, []).Type)
            .OfType<string>().Distinct();

        Assert.Equal(EventTypes.Known.Order(StringComparer.Ordinal), told.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("create", States.Success, false, EventTypes.ResourceCreated)]
    [InlineData("create", States.Success, true, EventTypes.ResourceReplaced)]
    [InlineData("update", States.Success, false, EventTypes.ResourceUpdated)]
    [InlineData("delete", States.Success, false, EventTypes.ResourceDeleted)]
    [InlineData("create", States.Failed, true, EventTypes.ResourceFailed)]
    [InlineData("update", States.Rejected, false, EventTypes.ResourceFailed)]
    [InlineData("delete", States.Canceled, false, null)]
    [InlineData("update", States.InProgress, false, null)]
    public void What_became_of_an_update_is_its_type(string operation, string state, bool isReplacement, string? type) =>
        Assert.Equal(type, EventsOf.Update(Outcome(operation, state) with { IsReplacement = isReplacement }, Command)?.Type);

    [Fact]
    public void Nothing_is_told_of_a_target() => Assert.Null(EventsOf.Update(Outcome("create", States.Success) with { Ksuid = null }, Command));

    [Fact]
    public void An_event_says_who_and_how_it_ended_and_no_text_of_an_error()
    {
        var failed = EventsOf.Update(Outcome("update", States.Failed) with
        {
            Progress = new UpdateProgress { State = States.Failed, Error = "AccessDenied: the password hunter2 is wrong", Message = "hunter2", FinishedAt = At },
        }, Command)!;

        Assert.Equal(
            $$$"""{"specversion":"1.0","id":"{{{Id}}}/00000-0000002/resource.failed","source":"/formae","type":"resource.failed","subject":"k","time":"2026-03-01T12:00:00+00:00","datacontenttype":"application/json","data":{"commandId":"{{{Id}}}","command":"apply","commandSource":"user","clientId":"me","stack":"s","type":"A::B::C","label":"l","ksuid":"k","nativeId":"before","target":"t","operation":"update","state":"Failed","errorCode":"AccessDenied"}}""",
            JsonSerializer.Serialize(failed, EventJson.Default.ControlPlaneEvent));
    }

    [Theory]
    [InlineData("hunter2: is wrong", null)]
    [InlineData("Not started: it waits for 'x'", null)]
    [InlineData("Throttling", null)]
    [InlineData("Throttling: slow down", "Throttling")]
    [InlineData(null, null)]
    public void An_error_code_is_one_of_the_list(string? error, string? code) =>
        Assert.Equal(code, EventsOf.Update(Outcome("create", States.Failed) with { Progress = new UpdateProgress { State = States.Failed, Error = error } }, Command)!.Data.ErrorCode);

    [Fact]
    public void The_end_of_a_command_counts_its_updates_and_does_not_say_why_it_broke()
    {
        var over = EventsOf.Command(Command, [States.Success, States.Failed, States.Success]);

        Assert.Equal((Id, $"{Id}/command.finished", At), (over.Subject, over.Id, over.Time));
        Assert.Equal([("Failed", 1), ("Success", 2)], over.Data.Updates!.Select(count => (count.Key, count.Value)));
        Assert.DoesNotContain("hush", JsonSerializer.Serialize(over, EventJson.Default.ControlPlaneEvent), StringComparison.Ordinal);
    }

    private static UpdateOutcome Outcome(string operation, string state) => new()
    {
        CommandId = Id,
        Row = UpdateRecord.RowOf(0, 2),
        Ksuid = "k",
        Type = "A::B::C",
        Label = "l",
        Stack = "s",
        Target = "t",
        Operation = operation,
        ExistingNativeId = "before",
        Progress = new UpdateProgress { State = state, FinishedAt = At },
    };
}
