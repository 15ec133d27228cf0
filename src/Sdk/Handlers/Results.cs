using Formae.Model;

namespace Formae.Sdk;

/// <summary>What came of a create: <see cref="Success"/>, <see cref="InProgress"/> or <see cref="Failure"/>. A <see cref="Problem"/> converts to a failure by itself.</summary>
/// <typeparam name="T">The record with <see cref="ResourceTypeAttribute"/>.</typeparam>
public abstract record CreateResult<T>
{
    private CreateResult()
    {
    }

    /// <summary>A failure.</summary>
    public static implicit operator CreateResult<T>(Problem problem) => new Failure(problem);

    /// <summary>It exists.</summary>
    /// <param name="NativeId">What the cloud calls it.</param>
    /// <param name="Properties">The whole object as the cloud has it, outputs included.</param>
    public sealed record Success(string NativeId, T Properties) : CreateResult<T>;

    /// <summary>Accepted; the handler must be <see cref="ILongRunning{T}"/>.</summary>
    /// <param name="RequestId">The handle to ask with.</param>
    /// <param name="NativeId">What the cloud will call it, where that is known already.</param>
    public sealed record InProgress(string RequestId, string? NativeId = null) : CreateResult<T>
    {
        /// <summary>What there is to say of its progress; people see it while it runs. Null (the default) says nothing new.</summary>
        public string? Message { get; init; }
    }

    /// <summary>The world said no.</summary>
    /// <param name="Problem">Why.</param>
    public sealed record Failure(Problem Problem) : CreateResult<T>;
}

/// <summary>Whether the object of a create is there already. A <see cref="Problem"/> converts to a failure by itself.</summary>
/// <typeparam name="T">The record with <see cref="ResourceTypeAttribute"/>.</typeparam>
public abstract record FindResult<T>
{
    private FindResult()
    {
    }

    /// <summary>A failure.</summary>
    public static implicit operator FindResult<T>(Problem problem) => new Failure(problem);

    /// <summary>It is there.</summary>
    /// <param name="NativeId">What the cloud calls it.</param>
    /// <param name="Properties">The whole object as the cloud has it, outputs included.</param>
    public sealed record Found(string NativeId, T Properties) : FindResult<T>;

    /// <summary>There is no such object.</summary>
    public sealed record NotThere : FindResult<T>;

    /// <summary>It cannot be told.</summary>
    /// <param name="Problem">Why.</param>
    public sealed record Failure(Problem Problem) : FindResult<T>;
}

/// <summary>What came of a read: <see cref="Success"/> or <see cref="Failure"/>. A <see cref="Problem"/> converts to a failure by itself.</summary>
/// <typeparam name="T">The record with <see cref="ResourceTypeAttribute"/>.</typeparam>
public abstract record ReadResult<T>
{
    private ReadResult()
    {
    }

    /// <summary>A failure.</summary>
    public static implicit operator ReadResult<T>(Problem problem) => new Failure(problem);

    /// <summary>It is there.</summary>
    /// <param name="Properties">The whole object as the cloud has it, outputs included.</param>
    public sealed record Success(T Properties) : ReadResult<T>;

    /// <summary>It is not there (<c>NotFound</c>), or cannot be seen.</summary>
    /// <param name="Problem">Why.</param>
    public sealed record Failure(Problem Problem) : ReadResult<T>;
}

/// <summary>What came of an update: <see cref="Success"/>, <see cref="InProgress"/> or <see cref="Failure"/>. A <see cref="Problem"/> converts to a failure by itself.</summary>
/// <typeparam name="T">The record with <see cref="ResourceTypeAttribute"/>.</typeparam>
public abstract record UpdateResult<T>
{
    private UpdateResult()
    {
    }

    /// <summary>A failure.</summary>
    public static implicit operator UpdateResult<T>(Problem problem) => new Failure(problem);

    /// <summary>It is changed.</summary>
    /// <param name="Properties">The whole object as the cloud has it now, outputs included.</param>
    public sealed record Success(T Properties) : UpdateResult<T>;

    /// <summary>Accepted; the handler must be <see cref="ILongRunning{T}"/>.</summary>
    /// <param name="RequestId">The handle to ask with.</param>
    public sealed record InProgress(string RequestId) : UpdateResult<T>
    {
        /// <summary>What there is to say of its progress; people see it while it runs. Null (the default) says nothing new.</summary>
        public string? Message { get; init; }
    }

    /// <summary>The world said no.</summary>
    /// <param name="Problem">Why.</param>
    public sealed record Failure(Problem Problem) : UpdateResult<T>;
}

/// <summary>What came of a delete: <see cref="Success"/>, <see cref="InProgress"/> or <see cref="Failure"/>. A <see cref="Problem"/> converts to a failure by itself.</summary>
public abstract record DeleteResult
{
    private DeleteResult()
    {
    }

    /// <summary>A failure; <c>NotFound</c> counts as a success.</summary>
    public static implicit operator DeleteResult(Problem problem) => new Failure(problem);

    /// <summary>It is gone.</summary>
    public sealed record Success : DeleteResult;

    /// <summary>Accepted; the handler must be <see cref="ILongRunning{T}"/>.</summary>
    /// <param name="RequestId">The handle to ask with.</param>
    public sealed record InProgress(string RequestId) : DeleteResult
    {
        /// <summary>What there is to say of its progress; people see it while it runs. Null (the default) says nothing new.</summary>
        public string? Message { get; init; }
    }

    /// <summary>The world said no.</summary>
    /// <param name="Problem">Why.</param>
    public sealed record Failure(Problem Problem) : DeleteResult;
}

/// <summary>What became of a long-running operation. A <see cref="Problem"/> converts to a failure by itself.</summary>
/// <typeparam name="T">The record with <see cref="ResourceTypeAttribute"/>.</typeparam>
public abstract record StatusResult<T>
    where T : class
{
    private StatusResult()
    {
    }

    /// <summary>A failure.</summary>
    public static implicit operator StatusResult<T>(Problem problem) => new Failure(problem);

    /// <summary>It is finished.</summary>
    /// <param name="NativeId">What the cloud calls the object; null when the request knew it.</param>
    /// <param name="Properties">The whole object as the cloud has it; null after a delete.</param>
    public sealed record Success(string? NativeId, T? Properties) : StatusResult<T>;

    /// <summary>Not yet.</summary>
    /// <param name="RequestId">The handle to ask with from now on; null when it stays the same.</param>
    /// <param name="NativeId">What the cloud calls the object, where it is known by now.</param>
    public sealed record InProgress(string? RequestId = null, string? NativeId = null) : StatusResult<T>
    {
        /// <summary>What there is to say of its progress; people see it while it runs. Null (the default) says nothing new.</summary>
        public string? Message { get; init; }
    }

    /// <summary>The operation that was asked about has failed. If <paramref name="Problem"/> is recoverable it is begun anew.</summary>
    /// <param name="Problem">Why.</param>
    public sealed record Failure(Problem Problem) : StatusResult<T>;

    /// <summary>The cloud could not be asked, so nothing is known of the operation. If <paramref name="Problem"/> is recoverable the question is asked again, and nothing else.</summary>
    /// <param name="Problem">Why.</param>
    public sealed record Unanswered(Problem Problem) : StatusResult<T>;
}

/// <summary>What came of a listing. A <see cref="Problem"/> converts to a failure by itself.</summary>
public abstract record ListResult
{
    private ListResult()
    {
    }

    /// <summary>A failure.</summary>
    public static implicit operator ListResult(Problem problem) => new Failure(problem);

    /// <summary>One page.</summary>
    /// <param name="NativeIds">The ids of the page.</param>
    /// <param name="NextPageToken">Where the next page begins; null after the last one.</param>
    public sealed record Success(IReadOnlyList<string> NativeIds, string? NextPageToken = null) : ListResult;

    /// <summary>The world said no.</summary>
    /// <param name="Problem">Why.</param>
    public sealed record Failure(Problem Problem) : ListResult;
}
