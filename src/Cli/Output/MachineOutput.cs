using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Formae.Protocol.Http;

namespace Formae.Cli.Output;

internal enum OutputFormat
{
    Human,
    Json,
    Yaml,
}

/// <summary>Prints the API's objects for programs.</summary>
internal static class MachineOutput
{
    private static readonly JsonWriterOptions Indented = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void Write<T>(TextWriter writer, OutputFormat format, T value, JsonTypeInfo<T> type) =>
        Write(writer, format, JsonSerializer.SerializeToElement(value, type));

    public static void Write(TextWriter writer, OutputFormat format, ErrorResponse error) =>
        Write(writer, format, error, HttpJson.Default.ErrorResponse);

    public static void Write(TextWriter writer, OutputFormat format, JsonElement value)
    {
        if (format == OutputFormat.Yaml)
        {
            YamlText.Write(writer, value);
            return;
        }

        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, Indented))
            value.WriteTo(json);
        writer.WriteLine(Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length));
    }
}
