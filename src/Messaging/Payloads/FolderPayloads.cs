namespace Formae.Messaging.Payloads;

/// <summary>Payloads in a folder that all apps of one machine share.</summary>
/// <param name="folder">The folder; it is made when the first payload is left.</param>
public sealed class FolderPayloads(string folder) : PayloadStore
{
    /// <summary>A body on its way out: it is still found under this name, and comes back if it was left again meanwhile.</summary>
    private const string Leaving = ".leaving";

    /// <summary>A body that is not whole yet.</summary>
    private const string Draft = ".draft";

    /// <summary>After this time nobody works on a draft any more.</summary>
    private static readonly TimeSpan DraftAge = TimeSpan.FromDays(1);

    private int _tidied;

    /// <inheritdoc />
    public override Task DeleteAsync(string name, CancellationToken cancellation)
    {
        Remove(FileOf(name));
        Remove(FileOf(name) + Leaving);
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public override Task<bool> DeleteIfOlderAsync(string name, DateTimeOffset before, CancellationToken cancellation)
    {
        var file = FileOf(name);
        if (File.Exists(file) && !IsOlder(file, before))
            return Task.FromResult(false);
        try
        {
            // Renamed first: whoever left it again before this shows in its time, and whoever does so later finds it gone and writes it.
            File.Move(file, file + Leaving, overwrite: true);
        }
        catch (Exception gone) when (gone is FileNotFoundException or DirectoryNotFoundException)
        {
            // Gone, or on its way since a sweep that was interrupted.
        }

        if (!File.Exists(file + Leaving))
            return Task.FromResult(true);
        if (IsOlder(file + Leaving, before))
        {
            Remove(file + Leaving);
            return Task.FromResult(true);
        }

        File.Move(file + Leaving, file, overwrite: true);
        return Task.FromResult(false);
    }

    /// <inheritdoc />
    public override Task<int> DeleteOlderAsync(string area, DateTimeOffset before, CancellationToken cancellation)
    {
        var place = Path.Combine(folder, area);
        if (!Directory.Exists(place))
            return Task.FromResult(0);
        var old = Directory.EnumerateFiles(place).Where(file => IsOlder(file, before)).ToList();
        old.ForEach(Remove);
        return Task.FromResult(old.Count);
    }

    /// <inheritdoc />
    protected override async Task WriteAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellation)
    {
        var file = FileOf(name);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        TidyOnce(Path.GetDirectoryName(file)!);
        if (TryRenew(file))
            return;
        var draft = $"{file}.{Guid.NewGuid():N}{Draft}";
        await using (var stream = new FileStream(draft, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, PreallocationSize = content.Length, Options = FileOptions.Asynchronous }))
        {
            await stream.WriteAsync(content, cancellation).ConfigureAwait(false);

            // A row that is written after this may be on the disk before this is.
            stream.Flush(flushToDisk: true);
        }

        File.Move(draft, file, overwrite: true);
    }

    /// <inheritdoc />
    protected override async Task<BinaryData?> ReadAsync(string name, CancellationToken cancellation)
    {
        var file = FileOf(name);

        // Once more under its own name: it may just have come back.
        foreach (var candidate in (string[])[file, file + Leaving, file])
        {
            try
            {
                return BinaryData.FromBytes(await File.ReadAllBytesAsync(candidate, cancellation).ConfigureAwait(false));
            }
            catch (Exception gone) when (gone is FileNotFoundException or DirectoryNotFoundException)
            {
                // The next name.
            }
        }

        return null;
    }

    /// <summary>Needed once more: it must not be taken for old.</summary>
    private static bool TryRenew(string file)
    {
        try
        {
            File.SetLastWriteTimeUtc(file, DateTime.UtcNow);
            return true;
        }
        catch (Exception gone) when (gone is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }
    }

    /// <summary>What processes left half written that were killed.</summary>
    private void TidyOnce(string place)
    {
        if (Interlocked.Exchange(ref _tidied, 1) != 0)
            return;
        foreach (var draft in Directory.EnumerateFiles(place, "*" + Draft).Where(draft => IsOlder(draft, DateTimeOffset.UtcNow - DraftAge)))
            Remove(draft);
    }

    /// <summary>Nothing is older than what is not there.</summary>
    private static bool IsOlder(string file, DateTimeOffset before) => File.GetLastWriteTimeUtc(file) < before.UtcDateTime;

    private static void Remove(string file)
    {
        try
        {
            File.Delete(file);
        }
        catch (DirectoryNotFoundException)
        {
            // Nothing was ever left.
        }
    }

    private string FileOf(string name) => Path.Combine(folder, Checked(name));
}
