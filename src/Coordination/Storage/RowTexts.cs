using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Azure.Data.Tables;
using Formae.Messaging.Payloads;
using Formae.Protocol.Bus;

namespace Formae.Coordination.Storage;

/// <summary>
/// Long texts of rows: in the row's own columns as long as it has room, else as a payload that the row has the claim of. Who uses a payload is written first, then the
/// payload, then the row; so a crash leaves something to be swept (<see cref="RowPayloadSweep"/>), never a row without its text.
/// </summary>
internal sealed class RowTexts(PayloadStore payloads, TableClient uses)
{
    /// <summary>Puts a text into a row that is about to be written.</summary>
    /// <param name="table">The table that the row is for.</param>
    /// <param name="row">The row.</param>
    /// <param name="name">The name of the text.</param>
    /// <param name="text">The text.</param>
    /// <param name="cancellation">Cancels.</param>
    /// <param name="copy">Where the row is written to besides, the text with it.</param>
    public ValueTask WriteAsync(TableClient table, TableEntity row, string name, string text, CancellationToken cancellation, RowPlace? copy = null)
    {
        if (!RowText.HasRoom(row, text))
            return new ValueTask(LeaveAsync(table, row, name, text, copy, cancellation));
        RowText.Write(row, name, text);
        return ValueTask.CompletedTask;
    }

    /// <summary>The same for a row that is merged into the one that is stored: nothing of a text of before is left in it.</summary>
    public async ValueTask MergeAsync(TableClient table, TableEntity row, string name, string text, CancellationToken cancellation)
    {
        row[RowText.ClaimColumn(name)] = "";
        await WriteAsync(table, row, name, text, cancellation);
        if (!row.ContainsKey(name))
            row[name] = "";
        RowText.Close(row, name);
    }

    /// <summary>A text of a row; null when it has none of this name. A payload is opened only for this.</summary>
    public ValueTask<string?> ReadAsync(TableEntity row, string name, CancellationToken cancellation) =>
        ClaimOf(row, name) is { } claim ? new(OpenAsync(claim, cancellation)) : new(RowText.Read(row, name));

    /// <summary>What tells one text from another without opening it: the text itself, or the claim to it.</summary>
    public static string? IdentityOf(TableEntity row, string name) => row.GetString(RowText.ClaimColumn(name)) is { Length: > 0 } claim ? claim : RowText.Read(row, name);

    /// <summary>What <see cref="IdentityOf(TableEntity, string)"/> will say once this text is in the row.</summary>
    public static string IdentityIn(TableEntity row, string text) =>
        RowText.HasRoom(row, text) ? text : JsonSerializer.Serialize(PayloadStore.ClaimOf(PayloadStore.Rows, Encoding.UTF8.GetBytes(text)), StorageJson.Rows.PayloadClaim);

    private async Task LeaveAsync(TableClient table, TableEntity row, string name, string text, RowPlace? copy, CancellationToken cancellation)
    {
        var content = Encoding.UTF8.GetBytes(text);
        var claim = PayloadStore.ClaimOf(PayloadStore.Rows, content);
        await Task.WhenAll(
            UseAsync(claim, new RowPlace(table, row.PartitionKey, row.RowKey), name, cancellation),
            copy is null ? Task.CompletedTask : UseAsync(claim, copy, name, cancellation));
        await payloads.PutAsync(PayloadStore.Rows, content, cancellation);
        row[RowText.ClaimColumn(name)] = JsonSerializer.Serialize(claim, StorageJson.Rows.PayloadClaim);
    }

    private Task UseAsync(PayloadClaim claim, RowPlace place, string name, CancellationToken cancellation)
    {
        var column = RowText.ClaimColumn(name);
        var user = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{place.Table.Name}\n{place.Partition}\n{place.Row}\n{column}")).AsSpan(0, 16));
        return uses.UpsertEntityAsync(new TableEntity(claim.Name.Split('/')[1], user)
        {
            ["Name"] = claim.Name,
            ["Table"] = place.Table.Name,
            ["Partition"] = place.Partition,
            ["Row"] = place.Row,
            ["Column"] = column,
        }, TableUpdateMode.Replace, cancellation);
    }

    private async Task<string?> OpenAsync(PayloadClaim claim, CancellationToken cancellation) => (await payloads.GetAsync(claim, cancellation)).ToString();

    private static PayloadClaim? ClaimOf(TableEntity row, string name) =>
        row.GetString(RowText.ClaimColumn(name)) is { Length: > 0 } claim ? JsonSerializer.Deserialize(claim, StorageJson.Rows.PayloadClaim) : null;
}

/// <summary>Where a row is.</summary>
internal sealed record RowPlace(TableClient Table, string Partition, string Row);
