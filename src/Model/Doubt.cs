using System.Text.Json.Serialization;

namespace Formae.Model;

/// <summary>What may have come of earlier attempts at an operation that is begun once more.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Doubt>))]
public enum Doubt
{
    /// <summary>Nothing: the cloud refused.</summary>
    None,

    /// <summary>An attempt was accepted and is known to have failed; something may have been left of it.</summary>
    Leftover,

    /// <summary>Nobody heard what came of an attempt: it may have worked.</summary>
    Unheard,
}
