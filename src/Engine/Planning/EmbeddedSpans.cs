using System.Text.Json;
using Formae.Model;

namespace Formae.Engine.Planning;

/// <summary>Where a document has references in text, and where these cannot be.</summary>
internal sealed class EmbeddedSpans
{
    private readonly HashSet<string> _places = new(StringComparer.Ordinal);
    private readonly List<PropertyPath> _broken = [];
    private readonly List<PropertyPath> _secrets = [];

    /// <summary>Texts whose marks do not fit together.</summary>
    public IReadOnlyList<PropertyPath> Broken => _broken;

    /// <summary>Texts with something in them that says of itself that it is a secret.</summary>
    public IReadOnlyList<PropertyPath> Secrets => _secrets;

    public bool Contains(PropertyPath? place) => _places.Count > 0 && place is not null && _places.Contains(place.ToString());

    public static EmbeddedSpans Of(JsonElement value)
    {
        var spans = new EmbeddedSpans();
        if (JsonText.Mentions(value, "\"$template\""u8))
            spans.Visit(value, null);
        return spans;
    }

    private void Visit(JsonElement value, PropertyPath? place)
    {
        if (value.ValueKind == JsonValueKind.Array)
        {
            var index = 0;
            foreach (var element in value.EnumerateArray())
                Visit(element, PropertyPath.Of(place, index++));
        }
        else if (value.ValueKind == JsonValueKind.Object)
        {
            if (place is not null && value.TryGetProperty(Envelope.Embed, out _) && value.TryGetProperty(Envelope.Template, out var template) && template.ValueKind == JsonValueKind.String)
                Template(template.GetString()!, place);
            foreach (var property in value.EnumerateObject())
                Visit(property.Value, PropertyPath.Of(place, property.Name));
        }
    }

    private void Template(string template, PropertyPath place)
    {
        _places.Add(place.ToString());
        if (!EmbeddedText.TryParse(template, out var text))
            _broken.Add(place);
        else if (text.References.Any(span => Envelope.IsOpaque(span) || Envelope.IsSealed(span)))
            _secrets.Add(place);
    }
}
