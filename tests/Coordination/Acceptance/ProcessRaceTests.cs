namespace Formae.Coordination.Tests.Acceptance;

/// <summary>Two coordinators in two processes over one database of tables.</summary>
public sealed class ProcessRaceTests
{
    private const int Rounds = 25;

    [Fact]
    public async Task F054_of_two_processes_that_race_for_a_stack_exactly_one_wins()
    {
        using var folder = new TempFolder();
        var tables = folder.File("tables.db");
        await using var one = await RacingProcess.StartAsync(tables);
        await using var other = await RacingProcess.StartAsync(tables);
        RacingProcess[] both = [one, other];
        for (var round = 0; round < Rounds; round++)
        {
            // The winner's command does not end before the other one has been answered.
            await Task.WhenAll(both.Select(process => process.TellAsync("close")));
            var answers = await Task.WhenAll(both.Select((process, number) => process.TellAsync($"submit race-{round} race-{round}-{number}")));

            var winner = Assert.Single(answers, answer => answer.StartsWith("accepted ", StringComparison.Ordinal));
            var commandId = winner["accepted ".Length..];
            Assert.Equal($"conflict {commandId}", answers.Single(answer => answer != winner));
            await Task.WhenAll(both.Select(process => process.TellAsync("open")));
            Assert.Equal("Success", await both[Array.IndexOf(answers, winner)].TellAsync($"end {commandId}"));

            // The lease is free again: the loser takes the stack over, with a document of its own.
            var next = await both[1 - Array.IndexOf(answers, winner)].TellAsync($"submit race-{round} race-{round}-{Array.IndexOf(answers, winner)}");
            Assert.Equal("nothing to do", next);
        }
    }
}
