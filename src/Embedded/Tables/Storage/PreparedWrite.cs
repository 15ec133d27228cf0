namespace Formae.Embedded.Tables;

/// <summary>A write with all its bytes made, so that the single writer thread has little left to do.</summary>
internal sealed class PreparedWrite(TableWrite write)
{
    public WriteKind Kind => write.Kind;

    public TableWrite Write => write;

    public byte[] Partition { get; } = KeyCodec.Encode(write.PartitionKey);

    public byte[] Row { get; } = KeyCodec.Encode(write.RowKey);

    public byte[] Properties { get; } = write.Kind == WriteKind.Delete ? [] : RowCodec.Encode(write.Properties);

    public long IfMatch { get; } = write.Kind is WriteKind.Merge or WriteKind.Replace or WriteKind.Delete ? ETagText.StampOf(write.IfMatch) : ETagText.Any;
}

/// <summary>The stamp of a row that was written (0 when it was deleted), or why it was not.</summary>
internal readonly record struct WriteOutcome(long Stamp, TableError? Error)
{
    public static implicit operator WriteOutcome(TableError error) => new(0, error);

    public TableResponse ToResponse() => Error?.ToResponse() ?? (Stamp == 0 ? TableResponse.NoContent : new TableResponse(204, ETagText.Of(Stamp)));
}
