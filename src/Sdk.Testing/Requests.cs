using System.Text.Json;
using Formae.Protocol.Bus;

namespace Formae.Sdk.Testing;

/// <summary>Requests with meaningful defaults; change what matters with <c>with</c>.</summary>
public static class Requests
{
    /// <summary>The KSUID of all requests made here.</summary>
    public const string Ksuid = "2abcdefghijklmnopqrstuvwxy0";

    private static int _last;

    /// <summary>Make an object of a type.</summary>
    /// <param name="type">The type's name.</param>
    /// <param name="properties">JSON, or anything that becomes JSON.</param>
    public static OperationRequest Create(string type, object properties) => New(OperationVerb.Create, type) with { Properties = Json(properties) };

    /// <summary>Find an object.</summary>
    public static OperationRequest Read(string type, string nativeId, object? prior = null) =>
        New(OperationVerb.Read, type) with { NativeId = nativeId, PriorProperties = prior is null ? null : Json(prior) };

    /// <summary>Change an object.</summary>
    /// <param name="type">The type's name.</param>
    /// <param name="nativeId">What the cloud calls it.</param>
    /// <param name="properties">What it shall be.</param>
    /// <param name="expected">What the cloud must still hold; null for no look before.</param>
    public static OperationRequest Update(string type, string nativeId, object properties, object? expected = null) => New(OperationVerb.Update, type) with
    {
        NativeId = nativeId,
        Properties = Json(properties),
        Expected = expected is null ? null : Json(expected),
        PriorProperties = expected is null ? null : Json(expected),
    };

    /// <summary>Remove an object.</summary>
    public static OperationRequest Delete(string type, string nativeId) => New(OperationVerb.Delete, type) with { NativeId = nativeId };

    /// <summary>Ask what became of a long-running operation.</summary>
    public static OperationRequest Status(string type, string requestId, string? nativeId = null) =>
        New(OperationVerb.Status, type) with { RequestId = requestId, NativeId = nativeId };

    /// <summary>List a page of a type.</summary>
    public static OperationRequest List(string type, int pageSize = 100, string? pageToken = null) =>
        New(OperationVerb.List, type) with { PageSize = pageSize, PageToken = pageToken };

    /// <summary>JSON of text that is JSON, of an element, or of anything that can be written as JSON.</summary>
    public static JsonElement Json(object value) => value switch
    {
        JsonElement element => element,
        string text => JsonElement.Parse(text),
        _ => JsonSerializer.SerializeToElement(value),
    };

    private static OperationRequest New(OperationVerb verb, string type) => new()
    {
        OperationId = $"command/{Ksuid}/{verb.ToString().ToLowerInvariant()}-{Interlocked.Increment(ref _last)}",
        Verb = verb,
        Ksuid = Ksuid,
        ResourceType = type,
        Label = "sample",
        Stack = "samples",
        Target = "target",
        ReportTo = BusContract.ReportQueue,
    };
}
