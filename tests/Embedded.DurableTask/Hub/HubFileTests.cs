using System.Security.Cryptography;
using Formae.Embedded.DurableTask.History;
using Formae.Embedded.DurableTask.Messages;
using Formae.Embedded.Sqlite;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace Formae.Embedded.DurableTask.Tests.Hub;

public sealed class HubFileTests
{
    [Fact]
    public async Task A_corrupt_hub_is_refused_and_left_as_it_is()
    {
        await using var hub = new TestHub();
        Directory.CreateDirectory(hub.Folder);
        var bytes = new byte[8192];
        new Random(1).NextBytes(bytes);
        await File.WriteAllBytesAsync(hub.File, bytes);
        var before = SHA256.HashData(bytes);
        Assert.Throws<CorruptStoreException>(hub.Open);
        Assert.Equal(before, SHA256.HashData(await File.ReadAllBytesAsync(hub.File)));
        Assert.False(File.Exists(hub.File + "-wal"));
    }

    [Fact]
    public async Task A_hub_has_one_owner_and_its_name_is_told()
    {
        await using var hub = await new TestHub().StartAsync();
        var refused = Assert.Throws<StoreInUseException>(hub.Open);
        Assert.Contains($"task hub Formae (process {Environment.ProcessId})", refused.Message, StringComparison.Ordinal);
        await hub.RestartAsync();
    }

    [Fact]
    public async Task Stopping_finishes_what_runs_and_starts_nothing()
    {
        var (entered, leave) = (new TaskCompletionSource(), new TaskCompletionSource());
        var runs = 0;
        await using var hub = new TestHub();
        hub.Registry.AddActivity("Slow", async _ =>
        {
            runs++;
            entered.TrySetResult();
            await leave.Task;
            return "done";
        });
        hub.Orchestrator("Run", async context => await context.CallActivityAsync<string>("Slow") + await context.CallActivityAsync<string>("Slow"));
        await hub.StartAsync();
        var id = await hub.ScheduleAsync("Run");
        await entered.Task.WaitAsync(TestHub.Patience);
        var stop = hub.Hub.StopAsync(default);
        Assert.False(stop.IsCompleted);
        leave.SetResult();
        await stop.WaitAsync(TestHub.Patience);
        Assert.Equal(1, runs);
        await hub.RestartAsync();
        Assert.Equal("donedone", (await hub.EndAsync(id)).ReadOutputAs<string>());
        Assert.Equal(2, runs);
    }

    [Fact]
    public async Task Stopping_gives_up_waiting_when_it_is_told_to_and_the_step_runs_again()
    {
        var entered = new TaskCompletionSource();
        var runs = 0;
        await using var hub = new TestHub();
        hub.Registry.AddActivity("Slow", async invocation =>
        {
            if (Interlocked.Increment(ref runs) == 1)
            {
                entered.TrySetResult();
                await Task.Delay(Timeout.Infinite, invocation.CancellationToken);
            }

            return "done";
        });
        hub.Orchestrator("Run", async context => await context.CallActivityAsync<string>("Slow"));
        await hub.StartAsync();
        var id = await hub.ScheduleAsync("Run");
        await entered.Task.WaitAsync(TestHub.Patience);
        using var deadline = new CancellationTokenSource();
        var stop = hub.Hub.StopAsync(deadline.Token);
        await deadline.CancelAsync();
        await stop.WaitAsync(TestHub.Patience);
        await hub.RestartAsync();
        Assert.Equal("done", (await hub.EndAsync(id)).ReadOutputAs<string>());
        Assert.Equal(2, runs);
    }

    [Fact]
    public async Task A_message_that_cannot_be_read_stops_nobody()
    {
        await using var hub = await new TestHub().Orchestrator("Fine", _ => Task.FromResult<object?>(1)).StartAsync();
        await hub.KillAsync();
        HubFile.Execute(hub.File, "INSERT INTO messages(id, target, due, body) VALUES(5, 'x', 0, x'ff')");
        await hub.StartAsync();
        Assert.Equal(1, await hub.RunAsync<int>("Fine"));
    }

    [Fact]
    public void The_stored_form_of_messages_and_history_stays()
    {
        var failure = new TaskFailureDetails("T", "m", null, new TaskFailureDetails("I", "n", "s", null, null), null);
        var caller = new Caller("i", 300, 7);
        MessageBody[] bodies =
        [
            new InstanceEvent.Succeeded(1, 2, "3"), new InstanceEvent.Failed(1, 2, failure), new InstanceEvent.TimerFired(1, 2), new InstanceEvent.Raised(9, "e", null),
            new InstanceEvent.Suspended("r"), new InstanceEvent.Resumed(null), new InstanceEvent.Terminated("o", true), new ActivityRequest(1, 2, "a", "v", "{}"),
            new EntityRequest.Operation("add", "1", caller), new EntityRequest.Operation("add", null, null), new EntityRequest.Lock(caller, ["@a@b"], 1), new EntityRequest.Unlock("h"),
        ];
        string[] golden =
        [
            "0101020233", "020102010254026D00010249026E027300", "030102", "0409026500", "050272", "0600", "07026F01", "08010202610276037B7D",
            "09046164640231010269AC0207", "09046164640000", "0A0269AC020701010540614062", "0B0268",
        ];
        for (var i = 0; i < bodies.Length; i++)
        {
            var bytes = MessageCodec.Encode(bodies[i]);
            Assert.Equal(golden[i], Convert.ToHexString(bytes));
            Assert.Equal(Convert.ToHexString(bytes), Convert.ToHexString(MessageCodec.Encode(MessageCodec.Decode(bytes))));
        }

        var episode = new Episode(new DateTime(128, DateTimeKind.Utc), [new InstanceEvent.TimerFired(1, 2)], [new RecordedAction(3, ActionKind.Activity, "a")]);
        Assert.Equal("018001010301020103010261", Convert.ToHexString(episode.Encode()));
        Assert.Equal(episode.Actions, Episode.Decode(episode.Encode()).Actions);
    }

    [Fact]
    public void Damaged_bytes_are_refused_as_such()
    {
        var whole = new Episode(new DateTime(128, DateTimeKind.Utc), [new InstanceEvent.Raised(1, "e", "input")], [new RecordedAction(3, ActionKind.Activity, "a")]).Encode();
        for (var length = 0; length < whole.Length; length++)
            Assert.Throws<InvalidDataException>(() => Episode.Decode(whole.AsSpan(0, length)));
    }
}
