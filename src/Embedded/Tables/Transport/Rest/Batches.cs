using System.Buffers;
using System.Globalization;
using System.Text;
using Azure;

namespace Formae.Embedded.Tables;

/// <summary>A transaction as the service takes and answers it: requests and responses as text, one behind the other, with boundaries between them.</summary>
internal static class Batches
{
    public const string Accept = "application/json;odata=minimalmetadata";

    /// <summary>Writes the body of a transaction.</summary>
    /// <param name="body">Takes it.</param>
    /// <param name="id">Something that is in no body by chance.</param>
    /// <param name="writes">The actions.</param>
    /// <param name="placeOf">The address that an action would have as a request of its own.</param>
    public static void Write(IBufferWriter<byte> body, string id, IReadOnlyList<TableWrite> writes, Func<TableWrite, string> placeOf)
    {
        Text(body, $"--batch_{id}\r\nContent-Type: multipart/mixed; boundary=changeset_{id}\r\n\r\n");
        foreach (var write in writes)
        {
            Text(body, $"--changeset_{id}\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\r\n");
            Text(body, $"{RestTableTransport.MethodOf(write.Kind)} {placeOf(write)} HTTP/1.1\r\nAccept: {Accept}\r\nDataServiceVersion: 3.0\r\n");
            if (write.Kind == WriteKind.Insert)
                Text(body, "Prefer: return-no-content\r\n");
            if (RestTableTransport.IfMatchOf(write) is { } etag)
                Text(body, $"If-Match: {etag}\r\n");
            if (write.Kind == WriteKind.Delete)
            {
                Text(body, "\r\n\r\n");
                continue;
            }

            Text(body, "Content-Type: application/json\r\n\r\n");
            RowWriting.Write(body, write);
            Text(body, "\r\n");
        }

        Text(body, $"--changeset_{id}--\r\n\r\n--batch_{id}--\r\n");
    }

    /// <summary>The responses in the answer to a transaction: one for each action, or the one of the action that failed.</summary>
    public static List<TableResponse> Read(ReadOnlySpan<byte> answer)
    {
        var responses = new List<TableResponse>();
        while (Find(ref answer, "HTTP/1.1 "u8))
        {
            var status = int.Parse(answer[..3], NumberStyles.None, CultureInfo.InvariantCulture);
            string? etag = null;
            for (var line = Line(ref answer); answer.Length > 0 && (line = Line(ref answer)).Length > 0;)
            {
                if (line.Length > 5 && Ascii.EqualsIgnoreCase(line[..5], "ETag:"u8))
                    etag = Encoding.ASCII.GetString(line[5..].Trim((byte)' '));
            }

            if (status < 400)
            {
                responses.Add(new TableResponse(status, etag));
                continue;
            }

            // A body ends where the next boundary begins.
            var end = answer.IndexOf("\n--"u8);
            responses.Add(((ServiceErrors.Read(end < 0 ? answer : answer[..end]) ?? new TableError(status, "", "")) with { Status = status }).ToResponse());
        }

        return responses;
    }

    // A response begins a line of its own, so a value that looks like one, which has no lines, is not taken for one.
    private static bool Find(ref ReadOnlySpan<byte> text, ReadOnlySpan<byte> start)
    {
        while (text.Length > start.Length)
        {
            if (text.StartsWith(start))
            {
                text = text[start.Length..];
                return true;
            }

            Line(ref text);
        }

        return false;
    }

    private static ReadOnlySpan<byte> Line(ref ReadOnlySpan<byte> text)
    {
        var end = text.IndexOf((byte)'\n');
        var line = end < 0 ? text : text[..end];
        text = end < 0 ? [] : text[(end + 1)..];
        return line.TrimEnd((byte)'\r');
    }

    private static void Text(IBufferWriter<byte> body, string text) => Encoding.UTF8.GetBytes(text, body);
}
