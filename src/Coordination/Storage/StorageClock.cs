using Azure.Data.Tables;

namespace Formae.Coordination.Storage;

/// <summary>
/// The clock of the tables, which stamps every row that is written. The coordinators' own clocks may be minutes apart; by this one they agree on how old a row is.
/// It costs a write and a read, so it is asked only where an age decides.
/// </summary>
public sealed class StorageClock(FormaeTables tables)
{
    private const string Partition = "clock";

    public async Task<DateTimeOffset> NowAsync(CancellationToken cancellation)
    {
        // A row of its own for whoever asks: others ask at the same time.
        var row = Guid.NewGuid().ToString("N");
        await tables.Upkeep.AddEntityAsync(new TableEntity(Partition, row), cancellation);
        var stamped = await tables.Upkeep.FindAsync(Partition, row, cancellation);
        await tables.Upkeep.DeleteEntityAsync(Partition, row, Azure.ETag.All, cancellation);
        return stamped?.Timestamp ?? throw new InvalidOperationException("The tables gave a row no time stamp.");
    }
}
