using System.Text.Json;

namespace Formae.Protocol.Documents;

/// <summary>What a part of a text with placeholders stands for.</summary>
internal abstract record PlaceholderValue
{
    private PlaceholderValue()
    {
    }

    public abstract string AsText();

    public sealed record Text(string Literal) : PlaceholderValue
    {
        public override string AsText() => Literal;
    }

    public sealed record Typed(JsonElement Json) : PlaceholderValue
    {
        private string? _text;

        public override string AsText() => _text ??= Json.ValueKind == JsonValueKind.String ? Json.GetString()! : Json.GetRawText();
    }

    /// <param name="Opened">Null when it was not asked for.</param>
    /// <param name="IsInEnvelope">It stands where an opaque envelope has its value already.</param>
    public sealed record Secret(string? Opened, bool IsInEnvelope) : PlaceholderValue
    {
        public override string AsText() => Opened ?? "";

        public override string ToString() => "***";
    }

    public sealed record Reference(JsonElement Envelope) : PlaceholderValue
    {
        public override string AsText() => "";
    }
}
