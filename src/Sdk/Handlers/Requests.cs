using System.Text.Json;

namespace Formae.Sdk;

/// <summary>Make an object with these properties.</summary>
/// <typeparam name="T">The record with <see cref="ResourceTypeAttribute"/>.</typeparam>
public sealed class CreateRequest<T> : OperationContext
{
    /// <summary>The properties it shall have. References are resolved and secrets are open.</summary>
    public required T Desired { get; init; }
}

/// <summary>Find the object of this native id.</summary>
/// <typeparam name="T">The record with <see cref="ResourceTypeAttribute"/>.</typeparam>
public sealed class ReadRequest<T> : OperationContext
{
    /// <summary>What the cloud calls it.</summary>
    public required string NativeId { get; init; }

    /// <summary>
    /// What is stored of it, secrets left out. Null when nothing is stored, or what is stored does not fit <typeparamref name="T"/>. Where an update may have been made already, what it wants:
    /// a handler can show what means the same in the same words.
    /// </summary>
    public T? Prior { get; init; }
}

/// <summary>Change the object of this native id.</summary>
/// <typeparam name="T">The record with <see cref="ResourceTypeAttribute"/>.</typeparam>
public sealed class UpdateRequest<T> : OperationContext
{
    /// <summary>What the cloud calls it.</summary>
    public required string NativeId { get; init; }

    /// <summary>
    /// The properties it shall have: the declared over the stored. What the document does not mention is here as it is stored, so that a handler can write the object as a whole; gone from it is a keyed set that the
    /// document no longer has, and what stands in the way of something declared (<see cref="OneOfAttribute"/>, <see cref="OnlyWhenAttribute"/>). A secret that nobody knows any more and that does not change is null.
    /// </summary>
    public required T Desired { get; init; }

    /// <summary>What is stored of it, secrets left out. Null when nothing is stored, or what is stored does not fit <typeparamref name="T"/>.</summary>
    public T? Prior { get; init; }

    /// <summary>
    /// What the cloud holds, when the operator has just read it to see whether the plan still stands; otherwise null. Where an earlier delivery died in the middle of this update, it may hold a part of it already.
    /// </summary>
    public T? Found { get; init; }

    /// <summary>The change as a JSON patch (RFC 6902) from stored to desired; a handler may go by <see cref="Desired"/> instead. Null when there is none.</summary>
    public JsonElement? Patch { get; init; }
}

/// <summary>Remove the object of this native id.</summary>
/// <typeparam name="T">The record with <see cref="ResourceTypeAttribute"/>.</typeparam>
public sealed class DeleteRequest<T> : OperationContext
{
    /// <summary>What the cloud calls it.</summary>
    public required string NativeId { get; init; }

    /// <summary>What is stored of it, secrets left out. Null when nothing is stored, or what is stored does not fit <typeparamref name="T"/>.</summary>
    public T? Prior { get; init; }
}

/// <summary>Tell what became of an operation that the cloud accepted earlier.</summary>
/// <typeparam name="T">The record with <see cref="ResourceTypeAttribute"/>.</typeparam>
public sealed class StatusRequest<T> : OperationContext
{
    /// <summary>What the handler answered when the operation was accepted.</summary>
    public required string RequestId { get; init; }

    /// <summary>What the cloud calls the object, where it is known already.</summary>
    public string? NativeId { get; init; }

    /// <summary>What it shall have become (after a create or an update), or what is stored of it (after a delete); secrets and what is not known yet left out. Null when it does not fit <typeparamref name="T"/>.</summary>
    public T? Prior { get; init; }
}

/// <summary>Tell one page of the native ids that exist.</summary>
/// <typeparam name="T">The record with <see cref="ResourceTypeAttribute"/>.</typeparam>
public sealed class ListRequest<T> : OperationContext
{
    /// <summary>At most so many ids; 1 to 1000, usually 100.</summary>
    public int PageSize { get; init; } = 100;

    /// <summary>What the page before ended with; null for the first one.</summary>
    public string? PageToken { get; init; }

    /// <summary>Which parent to list below, by the names of <see cref="ParentPropertyAttribute.ChildProperty"/>; empty for a type that stands alone.</summary>
    public IReadOnlyDictionary<string, string> Parameters { get; init; } = new Dictionary<string, string>();
}
