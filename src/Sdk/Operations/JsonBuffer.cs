using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Formae.Sdk;

/// <summary>Where a JSON value is put together.</summary>
internal sealed class JsonBuffer : IDisposable
{
    private readonly ArrayBufferWriter<byte> _bytes = new(512);

    public JsonBuffer() => Writer = new Utf8JsonWriter(_bytes, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    public Utf8JsonWriter Writer { get; }

    public JsonElement ToElement()
    {
        Writer.Flush();
        return JsonElement.Parse(_bytes.WrittenSpan);
    }

    public void Dispose() => Writer.Dispose();
}
