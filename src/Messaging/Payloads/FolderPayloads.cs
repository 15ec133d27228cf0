namespace Formae.Messaging.Payloads;

/// <summary>Payloads in a folder that all apps of one machine share.</summary>
/// <param name="folder">The folder; it is made when the first payload is left.</param>
public sealed class FolderPayloads(string folder) : PayloadStore
{
    /// <inheritdoc />
    public override Task DeleteAsync(string name, CancellationToken cancellation)
    {
        var file = FileOf(name);
        if (File.Exists(file))
            File.Delete(file);
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public override Task<int> DeleteOlderAsync(string area, DateTimeOffset before, CancellationToken cancellation)
    {
        var place = Path.Combine(folder, area);
        if (!Directory.Exists(place))
            return Task.FromResult(0);
        var old = Directory.EnumerateFiles(place).Where(file => File.GetLastWriteTimeUtc(file) < before.UtcDateTime).ToList();
        old.ForEach(File.Delete);
        return Task.FromResult(old.Count);
    }

    /// <inheritdoc />
    protected override async Task WriteAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellation)
    {
        var file = FileOf(name);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        if (File.Exists(file))
        {
            // Needed once more: it must not be taken for old.
            File.SetLastWriteTimeUtc(file, DateTime.UtcNow);
            return;
        }

        var draft = $"{file}.{Guid.NewGuid():N}.new";
        await File.WriteAllBytesAsync(draft, content, cancellation).ConfigureAwait(false);
        File.Move(draft, file, overwrite: true);
    }

    /// <inheritdoc />
    protected override async Task<BinaryData?> ReadAsync(string name, CancellationToken cancellation)
    {
        try
        {
            return BinaryData.FromBytes(await File.ReadAllBytesAsync(FileOf(name), cancellation).ConfigureAwait(false));
        }
        catch (Exception gone) when (gone is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>A name comes out of a message: it must not lead anywhere else.</summary>
    private string FileOf(string name) => name.Split('/') is [Messages or Rows, { Length: 64 } digest] && digest.All(char.IsAsciiHexDigitLower)
        ? Path.Combine(folder, name)
        : throw new PayloadException($"'{name}' is no name of a payload.");
}
