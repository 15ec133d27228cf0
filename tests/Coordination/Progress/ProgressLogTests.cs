using Formae.Coordination.Commands;
using Formae.Engine.Commands;

namespace Formae.Coordination.Tests.Progress;

public sealed class ProgressLogTests
{
    [Fact]
    public void However_much_begins_at_once_it_is_written_in_parts_and_each_change_once()
    {
        const int count = 1_234;
        var log = new ProgressLog(new ChangesetGraph { Nodes = [.. Enumerable.Range(0, count).Select(node => new ChangesetNode { Key = "k", Row = $"{node:D7}", Namespace = "N" })] }, "c");
        for (var node = 0; node < count; node++)
            log.Started(node, DateTime.UnixEpoch);

        var batches = new List<ProgressBatch>();
        while (log.Take() is { } batch)
            batches.Add(batch);

        Assert.Equal([500, 500, 234], batches.Select(batch => batch.Changes.Count));
        Assert.Equal(count, batches.SelectMany(batch => batch.Changes).Select(change => change.Row).Distinct().Count());
    }
}
