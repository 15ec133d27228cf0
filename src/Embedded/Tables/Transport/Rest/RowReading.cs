using System.Globalization;
using System.Text.Json;

namespace Formae.Embedded.Tables;

/// <summary>Reads the entities of one answer. Its rows name the same properties, mostly, so the names are kept from row to row.</summary>
internal sealed class RowReading
{
    private readonly List<Name> _names = [];
    private readonly List<Property> _properties = [];

    /// <summary>One entity.</summary>
    public Row ReadRow(ReadOnlySpan<byte> body, string? etag)
    {
        var json = new Utf8JsonReader(body);
        json.Read();
        return ReadRow(ref json, etag);
    }

    /// <summary>The entities of a page.</summary>
    public List<Row> ReadPage(ReadOnlySpan<byte> body)
    {
        var rows = new List<Row>();
        var json = new Utf8JsonReader(body);
        json.Read();
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var isRows = json.ValueTextEquals("value"u8);
            json.Read();
            if (!isRows)
            {
                json.Skip();
                continue;
            }

            while (json.Read() && json.TokenType == JsonTokenType.StartObject)
                rows.Add(ReadRow(ref json, null));
        }

        return rows;
    }

    private Row ReadRow(ref Utf8JsonReader json, string? etag)
    {
        string? partitionKey = null, rowKey = null, typed = null, type = null;
        DateTimeOffset? timestamp = null;
        _properties.Clear();
        for (var place = 0; json.Read() && json.TokenType == JsonTokenType.PropertyName; place++)
        {
            var name = NameAt(place, ref json);
            json.Read();
            if (name.TypeOf is { } described)
            {
                // The type of a value stands before it; the emulator has it behind some.
                (typed, type) = (described, json.GetString());
                if (_properties.Count > 0 && _properties[^1].Name == described)
                    _properties[^1] = new Property(described, ValueOf(_properties[^1].Value, type!));
                continue;
            }

            switch (name.Text)
            {
                case "PartitionKey":
                    partitionKey = json.GetString();
                    break;
                case "RowKey":
                    rowKey = json.GetString();
                    break;
                case "Timestamp":
                    timestamp = json.TokenType == JsonTokenType.Null ? null : TimeOf(ref json);
                    break;
                case "odata.etag":
                    etag = json.GetString();
                    break;
                case { } text when name.IsOfProtocol || json.TokenType == JsonTokenType.Null:
                    json.Skip();
                    break;
                case { } text:
                    _properties.Add(new Property(text, ValueOf(ref json, typed == text ? type : null)));
                    break;
            }
        }

        return new Row(partitionKey, rowKey, timestamp, etag ?? "", [.. _properties]);
    }

    private Name NameAt(int place, ref Utf8JsonReader json)
    {
        if (place < _names.Count && json.ValueTextEquals(_names[place].Text))
            return _names[place];
        var name = new Name(json.GetString()!);
        if (place < _names.Count)
            _names[place] = name;
        else
            _names.Add(name);
        return name;
    }

    private static object ValueOf(ref Utf8JsonReader json, string? type) => json.TokenType switch
    {
        JsonTokenType.True => true,
        JsonTokenType.False => false,
        JsonTokenType.Number when type == "Edm.Double" || !json.TryGetInt32(out _) || json.ValueSpan.IndexOfAny(".eE"u8) >= 0 => json.GetDouble(),
        JsonTokenType.Number => json.GetInt32(),
        JsonTokenType.String => type switch
        {
            "Edm.DateTime" => TimeOf(ref json),
            "Edm.Guid" when json.TryGetGuid(out var id) => id,
            "Edm.Binary" => json.GetBytesFromBase64(),
            _ => ValueOf(json.GetString()!, type ?? ""),
        },
        _ => throw new JsonException($"A property of an entity is a JSON {json.TokenType}."),
    };

    /// <summary>A value whose type stood behind it.</summary>
    private static object ValueOf(object value, string type) => (type, value) switch
    {
        ("Edm.Int64", string text) => long.Parse(text, CultureInfo.InvariantCulture),
        ("Edm.Int64", int number) => (long)number,
        ("Edm.Double", "INF") => double.PositiveInfinity,
        ("Edm.Double", "-INF") => double.NegativeInfinity,
        ("Edm.Double", string text) => double.Parse(text, CultureInfo.InvariantCulture),
        ("Edm.Double", int number) => (double)number,
        ("Edm.DateTime", string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal),
        ("Edm.Guid", string text) => Guid.Parse(text),
        ("Edm.Binary", string text) => Convert.FromBase64String(text),
        _ => value,
    };

    private static DateTimeOffset TimeOf(ref Utf8JsonReader json) =>
        json.TryGetDateTimeOffset(out var time) ? time.ToUniversalTime() : (DateTimeOffset)ValueOf(json.GetString()!, "Edm.DateTime");

    private sealed class Name(string text)
    {
        public string Text { get; } = text;

        public string? TypeOf { get; } = text.EndsWith("@odata.type", StringComparison.Ordinal) ? text[..^"@odata.type".Length] : null;

        public bool IsOfProtocol { get; } = text.StartsWith("odata.", StringComparison.Ordinal) || text.Contains('@', StringComparison.Ordinal);
    }
}
