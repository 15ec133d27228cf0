using System.Text.Json;
using System.Text.Json.Serialization;
using Formae.Model;

namespace Formae.Protocol.Http;

/// <summary>Every refusal has this shape: a stable code, what it is about, and in words what to do.</summary>
public sealed record ErrorResponse
{
    [JsonPropertyName("error")]
    public string Error { get; init; } = "";

    [JsonPropertyName("data")]
    public JsonElement? Data { get; init; }

    /// <summary>One sentence for people.</summary>
    [JsonPropertyName("message")]
    public string? Message { get; init; }

    /// <summary>What is wrong with the document, where it is the document that is wrong.</summary>
    [JsonPropertyName("diagnostics")]
    public IReadOnlyList<Diagnostic>? Diagnostics { get; init; }
}

/// <summary>The codes of <see cref="ErrorResponse.Error"/>; docs/errors.md says what each means and what to do.</summary>
public static class ErrorCodes
{
    public const string ReconcileRejected = "ReconcileRejected";
    public const string ConflictingCommands = "ConflictingCommands";
    public const string CyclesDetected = "CyclesDetected";
    public const string PatchRejected = "PatchRejected";
    public const string EmptyStackRejected = "EmptyStackRejected";
    public const string ReferencedResourcesNotFound = "ReferencedResourcesNotFound";
    public const string TargetAlreadyExists = "TargetAlreadyExists";
    public const string NonPortableResources = "NonPortableResources";
    public const string TargetHasDependents = "TargetHasDependents";
    public const string ResourceHasDependents = "ResourceHasDependents";
    public const string RequiredFieldMissingOnCreate = "RequiredFieldMissingOnCreate";
    public const string InvalidQuery = "InvalidQueryError";
    public const string StackReferenceNotFound = "StackReferenceNotFound";
    public const string TargetReferenceNotFound = "TargetReferenceNotFound";
    public const string PluginNotFound = "PluginNotFound";

    /// <summary>Something would be made again whose secrets are not known: only their hashes are stored.</summary>
    public const string SecretNotKnown = "SecretNotKnown";

    /// <summary>The document is malformed or means nothing; see the diagnostics.</summary>
    public const string InvalidForma = "InvalidForma";

    /// <summary>The request itself is malformed: a header or a field is missing or has a value that does not exist.</summary>
    public const string InvalidRequest = "InvalidRequest";

    /// <summary>The body or a part of it is larger than the configured limit.</summary>
    public const string TooLarge = "TooLarge";

    public const string NotFound = "NotFound";

    /// <summary>No part of the API has such a path. Not <see cref="NotFound"/>, which is how an empty list is answered: whoever asks at a wrong address must not take it for one.</summary>
    public const string UnknownRoute = "UnknownRoute";

    /// <summary>The path is there, for other methods.</summary>
    public const string MethodNotAllowed = "MethodNotAllowed";

    /// <summary>The request does not prove who gives it, or its proof is not accepted.</summary>
    public const string Unauthorized = "Unauthorized";

    /// <summary>Who gives the request may not do this.</summary>
    public const string Forbidden = "Forbidden";

    /// <summary>Whether the proof of identity is good cannot be found out now.</summary>
    public const string AccessUnavailable = "AccessUnavailable";

    /// <summary>Plugins are function apps that are deployed; nothing here installs them.</summary>
    public const string NoPluginManager = "NoPluginManager";

    /// <summary>Nothing is known of a stack at the time that a rollback names.</summary>
    public const string NoSuchPointInTime = "NoSuchPointInTime";

    /// <summary>A stack was to be reconciled by the control plane, and no policy of it says that it may.</summary>
    public const string ReconcilePolicyRequired = "ReconcilePolicyRequired";

    /// <summary>A command could not be canceled and goes on; see the data.</summary>
    public const string CancelFailed = "CancelFailed";

    /// <summary>A dead letter is not sent again: it is not ours, nobody would take it, or nobody waits for it.</summary>
    public const string DeadLetterRefused = "DeadLetterRefused";

    /// <summary>A dead letter is there and could not be taken: somebody else holds it, or too many are before it.</summary>
    public const string DeadLetterBusy = "DeadLetterBusy";

    /// <summary>The bus gives no answer.</summary>
    public const string BusUnavailable = "BusUnavailable";

    /// <summary>The storage of the control plane, or its bus, gives no answer.</summary>
    public const string StorageUnavailable = "StorageUnavailable";

    public const string InternalError = "InternalError";
}
