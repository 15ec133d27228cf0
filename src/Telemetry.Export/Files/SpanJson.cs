using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Formae.Telemetry.Export.Files;

/// <summary>Spans as OTLP has them in JSON: ids in hex, 64-bit numbers as texts, enums as numbers.</summary>
internal static class SpanJson
{
    public static void Write(Utf8JsonWriter writer, IEnumerable<KeyValuePair<string, object>> resource, IEnumerable<Activity> spans)
    {
        writer.WriteStartObject();
        writer.WriteStartArray("resourceSpans"u8);
        writer.WriteStartObject();
        writer.WriteStartObject("resource"u8);
        WriteAttributes(writer, resource.Select(attribute => KeyValuePair.Create(attribute.Key, (object?)attribute.Value)));
        writer.WriteEndObject();
        writer.WriteStartArray("scopeSpans"u8);
        foreach (var scope in spans.GroupBy(span => span.Source.Name, StringComparer.Ordinal))
        {
            writer.WriteStartObject();
            writer.WriteStartObject("scope"u8);
            writer.WriteString("name"u8, scope.Key);
            writer.WriteEndObject();
            writer.WriteStartArray("spans"u8);
            foreach (var span in scope)
                WriteSpan(writer, span);
            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteSpan(Utf8JsonWriter writer, Activity span)
    {
        writer.WriteStartObject();
        writer.WriteString("traceId"u8, span.TraceId.ToHexString());
        writer.WriteString("spanId"u8, span.SpanId.ToHexString());
        if (span.ParentSpanId != default)
            writer.WriteString("parentSpanId"u8, span.ParentSpanId.ToHexString());
        if (span.TraceStateString is { Length: > 0 } state)
            writer.WriteString("traceState"u8, state);
        writer.WriteString("name"u8, span.DisplayName);

        // The protocol counts from 1, because 0 is "not said".
        writer.WriteNumber("kind"u8, (int)span.Kind + 1);
        WriteTime(writer, "startTimeUnixNano", span.StartTimeUtc);
        WriteTime(writer, "endTimeUnixNano", span.StartTimeUtc + span.Duration);
        WriteAttributes(writer, span.TagObjects);
        WriteEvents(writer, span);
        WriteLinks(writer, span);
        if (span.Status != ActivityStatusCode.Unset)
        {
            writer.WriteStartObject("status"u8);
            writer.WriteNumber("code"u8, (int)span.Status);
            if (span.StatusDescription is { Length: > 0 } description)
                writer.WriteString("message"u8, description);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }

    private static void WriteEvents(Utf8JsonWriter writer, Activity span)
    {
        var isFirst = true;
        foreach (ref readonly var happened in span.EnumerateEvents())
        {
            if (isFirst)
                writer.WriteStartArray("events"u8);
            isFirst = false;
            writer.WriteStartObject();
            WriteTime(writer, "timeUnixNano", happened.Timestamp.UtcDateTime);
            writer.WriteString("name"u8, happened.Name);
            WriteAttributes(writer, happened.Tags);
            writer.WriteEndObject();
        }

        if (!isFirst)
            writer.WriteEndArray();
    }

    private static void WriteLinks(Utf8JsonWriter writer, Activity span)
    {
        var isFirst = true;
        foreach (ref readonly var link in span.EnumerateLinks())
        {
            if (isFirst)
                writer.WriteStartArray("links"u8);
            isFirst = false;
            writer.WriteStartObject();
            writer.WriteString("traceId"u8, link.Context.TraceId.ToHexString());
            writer.WriteString("spanId"u8, link.Context.SpanId.ToHexString());
            writer.WriteEndObject();
        }

        if (!isFirst)
            writer.WriteEndArray();
    }

    private static void WriteAttributes(Utf8JsonWriter writer, IEnumerable<KeyValuePair<string, object?>> attributes)
    {
        writer.WriteStartArray("attributes"u8);
        foreach (var (key, value) in attributes)
        {
            if (value is null)
                continue;
            writer.WriteStartObject();
            writer.WriteString("key"u8, key);
            writer.WritePropertyName("value"u8);
            WriteValue(writer, value);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void WriteValue(Utf8JsonWriter writer, object value)
    {
        writer.WriteStartObject();
        switch (value)
        {
            case bool flag:
                writer.WriteBoolean("boolValue"u8, flag);
                break;
            case double or float:
                writer.WriteNumber("doubleValue"u8, Convert.ToDouble(value, CultureInfo.InvariantCulture));
                break;
            case sbyte or byte or short or ushort or int or uint or long:
                writer.WriteString("intValue"u8, Convert.ToString(value, CultureInfo.InvariantCulture));
                break;
            case Array array:
                writer.WriteStartObject("arrayValue"u8);
                writer.WriteStartArray("values"u8);
                foreach (var element in array)
                    WriteValue(writer, element);
                writer.WriteEndArray();
                writer.WriteEndObject();
                break;
            default:
                writer.WriteString("stringValue"u8, Convert.ToString(value, CultureInfo.InvariantCulture));
                break;
        }

        writer.WriteEndObject();
    }

    private static void WriteTime(Utf8JsonWriter writer, string name, DateTime time) =>
        writer.WriteString(name, ((time - DateTime.UnixEpoch).Ticks * 100).ToString(CultureInfo.InvariantCulture));
}
