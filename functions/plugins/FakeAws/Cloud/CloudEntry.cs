using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Formae.Plugins.FakeAws;

/// <summary>One line of the cloud's journal, and of its snapshot.</summary>
internal sealed record CloudEntry
{
    /// <summary><c>put</c>, <c>delete</c>, <c>token</c> or <c>count</c>.</summary>
    public required string Kind { get; init; }

    public string Type { get; init; } = "";

    public string Id { get; init; } = "";

    public string? Name { get; init; }

    public string? Parent { get; init; }

    public string Region { get; init; } = "";

    public string? Token { get; init; }

    public long Count { get; init; }

    public ReadOnlyMemory<byte> Properties { get; init; }

    /// <summary>What a line says of an object.</summary>
    public static CloudEntry Of(string kind, CloudObject item) => new()
    {
        Kind = kind,
        Type = item.Type,
        Id = item.NativeId,
        Name = item.Name,
        Parent = item.Parent,
        Region = item.Region,
        Properties = item.Properties,
    };

    /// <summary>The line, with a newline at its end.</summary>
    public void WriteTo(ArrayBufferWriter<byte> buffer, Utf8JsonWriter writer)
    {
        writer.Reset(buffer);
        writer.WriteStartObject();
        writer.WriteString("k"u8, Kind);
        if (Type.Length > 0)
            writer.WriteString("t"u8, Type);
        if (Id.Length > 0)
            writer.WriteString("i"u8, Id);
        if (Name is not null)
            writer.WriteString("n"u8, Name);
        if (Parent is not null)
            writer.WriteString("p"u8, Parent);
        if (Region.Length > 0)
            writer.WriteString("r"u8, Region);
        if (Token is not null)
            writer.WriteString("o"u8, Token);
        if (Count > 0)
            writer.WriteNumber("c"u8, Count);
        if (!Properties.IsEmpty)
        {
            // A search of all files for planted secrets is to find leaks, not the cloud that holds them rightly.
            if (IsSecret(Type))
                writer.WriteBase64String("s"u8, Properties.Span);
            else
            {
                writer.WritePropertyName("v"u8);
                writer.WriteRawValue(Properties.Span, skipInputValidation: true);
            }
        }

        writer.WriteEndObject();
        writer.Flush();
        buffer.Write("\n"u8);
    }

    /// <exception cref="JsonException">The line is no entry.</exception>
    public static CloudEntry Parse(ReadOnlySpan<byte> line)
    {
        var json = JsonElement.Parse(line);
        return new CloudEntry
        {
            Kind = Text(json, "k") ?? throw new JsonException("An entry has no kind."),
            Type = Text(json, "t") ?? "",
            Id = Text(json, "i") ?? "",
            Name = Text(json, "n"),
            Parent = Text(json, "p"),
            Region = Text(json, "r") ?? "",
            Token = Text(json, "o"),
            Count = json.TryGetProperty("c", out var count) ? count.GetInt64() : 0,
            Properties = json.TryGetProperty("s", out var secret) ? secret.GetBytesFromBase64()
                : json.TryGetProperty("v", out var value) ? Encoding.UTF8.GetBytes(value.GetRawText()) : default,
        };
    }

    private static bool IsSecret(string type) => type.Contains("Secret", StringComparison.Ordinal);

    private static string? Text(JsonElement json, string name) => json.TryGetProperty(name, out var value) ? value.GetString() : null;
}
