using System.Text.Json;
using Formae.Model;
using Formae.Protocol.Bus;
using Formae.Protocol.Secrets;

namespace Formae.Sdk;

/// <summary>One request on its way through the operator, with what must not come out of it again in the open.</summary>
internal sealed class Call(OperationRequest request, SecretSeal seal)
{
    private readonly PlainProperties _plain = new(seal);
    private volatile KnownForms? _forms;

    public OperationRequest Request { get; } = request;

    public SecretSeal Seal { get; } = seal;

    /// <summary>What may have come of earlier attempts and deliveries.</summary>
    public Doubt Doubt { get; init; }

    public JsonElement TargetConfig { get; private set; } = OperationContext.EmptyObject;

    public JsonElement? Desired { get; private set; }

    public JsonElement? Prior { get; private set; }

    public JsonElement? Patch { get; private set; }

    public IReadOnlySet<string> Preserved => _plain.Preserved;

    /// <exception cref="RefusedValueException">The request holds what no handler may see.</exception>
    public void Open()
    {
        // Where secrets stand in a config or a patch says nothing of where they stand in the properties.
        if (Request.TargetConfig is { ValueKind: JsonValueKind.Object } config)
            TargetConfig = _plain.Desired(config);
        if (Request.Patch is { } patch)
            Patch = _plain.Desired(patch);
        _plain.SecretPaths.Clear();
        _plain.Preserved.Clear();
        if (Request.Properties is { } desired)
            Desired = _plain.Desired(desired);
        if (Request.PriorProperties is { } prior)
            Prior = _plain.Stored(prior);
        if (Request.Expected is { } expected)
            _plain.Stored(expected);
    }

    /// <summary>What is desired, with secrets that are to stay as they are as the cloud shows them.</summary>
    public JsonElement? DesiredOver(JsonElement found, ResourceSchema schema) =>
        Preserved.Count > 0 && Request.Properties is { } properties ? _plain.Desired(properties, found, schema) : Desired;

    public SecretPaths SecretsOf(ResourceSchema schema, SecretPaths ofSchema) =>
        _plain.SecretPaths.Count == 0 ? ofSchema : SecretPaths.Of(schema, _plain.SecretPaths);

    /// <summary>Text for a report: what was secret in the request, or in what the cloud showed meanwhile, prints as <c>***</c>, in whatever form.</summary>
    public string Scrub(string text)
    {
        foreach (var form in Forms())
            text = text.Replace(form, "***", StringComparison.Ordinal);
        return text;
    }

    public bool HasSecrets => !_plain.Secrets.IsEmpty;

    /// <summary>The longest first. Made again only when another secret was found: a handler may log a lot.</summary>
    private string[] Forms()
    {
        var count = _plain.Secrets.Count;
        if (_forms is { } known && known.Secrets == count)
            return known.Texts;
        string[] texts = [.. _plain.Secrets.Where(secret => secret.Length > 0).Distinct(StringComparer.Ordinal).SelectMany(SecretForms.Of).OrderByDescending(form => form.Length)];
        _forms = new KnownForms(count, texts);
        return texts;
    }

    private sealed record KnownForms(int Secrets, string[] Texts);

    public void Hide(JsonElement secret) => _plain.Hide(secret);
}
