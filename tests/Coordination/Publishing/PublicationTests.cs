using Formae.Coordination.Publishing;

namespace Formae.Coordination.Tests.Publishing;

/// <summary>How far events are told: what is remembered of it.</summary>
public sealed class PublicationTests
{
    [Fact]
    public void It_is_over_when_the_command_is_and_everything_was_told()
    {
        var ended = new Publication().Heard(new EventNotice { HasEnded = true });

        Assert.False(ended.Advanced(8, hasMore: true).IsOver);
        Assert.True(ended.Advanced(8, hasMore: true).IsWaiting);
        Assert.True(ended.Advanced(9, hasMore: false).IsOver);
        Assert.False(new Publication().Advanced(9, hasMore: false).IsOver);
    }

    [Fact]
    public void That_a_command_is_over_is_not_forgotten_for_what_comes_late()
    {
        var heard = new Publication().Heard(new EventNotice { HasEnded = true }).Heard(new EventNotice());

        Assert.True(heard.HasEnded);
    }

    [Fact]
    public void Each_refusal_makes_it_wait_longer_up_to_five_minutes_and_success_begins_anew()
    {
        var publication = new Publication { Told = 3 };
        var pauses = new List<double>();
        for (var i = 0; i < 40; i++)
        {
            (publication, var pause) = publication.Refused();
            pauses.Add(pause.TotalSeconds);
            Assert.True(publication.IsWaiting);
        }

        Assert.Equal([5, 10, 20, 40, 80, 160, 300, 300], pauses[..8]);
        Assert.Equal(300, pauses[^1]);
        Assert.Equal(3, publication.Told);
        Assert.Equal(5, publication.Advanced(4, hasMore: false).Refused().Pause.TotalSeconds);
    }

    [Fact]
    public void Nothing_is_forgotten_that_may_still_have_something_to_tell()
    {
        var running = new Publication().Advanced(5, hasMore: false);
        var drift = new Publication().Heard(new EventNotice { IsDrift = true, TraceParent = "00-1" }).Advanced(1, hasMore: false);

        Assert.False(running.IsQuiet);
        Assert.True(running.Heard(new EventNotice { HasEnded = true }).Advanced(6, hasMore: false).IsQuiet);
        Assert.True(drift.IsQuiet);
        Assert.False(drift.Refused().Next.IsQuiet);
        Assert.Equal("00-1", drift.Heard(new EventNotice { IsDrift = true }).TraceParent);
    }
}
