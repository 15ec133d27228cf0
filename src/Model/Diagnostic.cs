using System.Text.Json.Serialization;

namespace Formae.Model;

/// <summary>Something a person wrote that is wrong or doubtful: what, where, and what to do. Collected, never thrown.</summary>
public sealed record Diagnostic
{
    public Severity Severity { get; init; } = Severity.Error;

    /// <summary>Stable: documented in docs/errors.md.</summary>
    public required string Code { get; init; }

    /// <summary>One sentence: what is wrong.</summary>
    public required string Summary { get; init; }

    /// <summary>What to do about it, and what else is known.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Detail { get; init; }

    /// <summary>Where in the document, as a path such as <c>Resources[3].Properties.Cidr</c>; empty for the document as a whole.</summary>
    public string Path { get; init; } = "";

    /// <summary>Line in the file, from 1; absent when the document did not come as text.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Line { get; init; }

    /// <summary>Column in the line, from 1.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Column { get; init; }

    public override string ToString() =>
        $"{(Line is null ? "" : $"{Line}:{Column}: ")}{Severity.ToString().ToLowerInvariant()} {Code}: {Summary}{(Path.Length == 0 ? "" : $" ({Path})")}";
}

[JsonConverter(typeof(JsonStringEnumConverter<Severity>))]
public enum Severity
{
    Error,
    Warning,
}
