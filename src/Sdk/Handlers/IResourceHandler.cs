namespace Formae.Sdk;

/// <summary>The four verbs of a resource type. One instance serves all calls, several at a time. The world's refusals are values; an exception is a bug and is reported as one.</summary>
/// <typeparam name="T">The record with <see cref="ResourceTypeAttribute"/>.</typeparam>
/// <remarks>
/// Every call can come twice: the message behind it is delivered at least once. <see cref="OperationContext.OperationId"/> is the same for every delivery and
/// every attempt, and is meant as the cloud's idempotency token. The token of each method is cancelled at the call's deadline.
/// </remarks>
public interface IResourceHandler<T>
    where T : class
{
    /// <summary>Makes the object.</summary>
    Task<CreateResult<T>> CreateAsync(CreateRequest<T> request, CancellationToken cancellationToken);

    /// <summary>Finds the object as it is now. One that is not there is the problem <c>NotFound</c>.</summary>
    Task<ReadResult<T>> ReadAsync(ReadRequest<T> request, CancellationToken cancellationToken);

    /// <summary>Changes the object in place.</summary>
    Task<UpdateResult<T>> UpdateAsync(UpdateRequest<T> request, CancellationToken cancellationToken);

    /// <summary>Removes the object. One that is not there may be answered with <c>NotFound</c>: it counts as removed.</summary>
    Task<DeleteResult> DeleteAsync(DeleteRequest<T> request, CancellationToken cancellationToken);
}

/// <summary>The handler can list the objects that exist, which is what discovery needs.</summary>
/// <typeparam name="T">The record with <see cref="ResourceTypeAttribute"/>.</typeparam>
public interface IListable<T>
    where T : class
{
    /// <summary>One page of native ids; each is read by itself afterwards.</summary>
    Task<ListResult> ListAsync(ListRequest<T> request, CancellationToken cancellationToken);
}

/// <summary>The cloud works on after it has answered: the handler's results may be in progress, and it can be asked what became of them.</summary>
/// <typeparam name="T">The record with <see cref="ResourceTypeAttribute"/>.</typeparam>
public interface ILongRunning<T>
    where T : class
{
    /// <summary>What became of an operation that was accepted under a request id.</summary>
    Task<StatusResult<T>> StatusAsync(StatusRequest<T> request, CancellationToken cancellationToken);
}

/// <summary>
/// The handler can find the object that a create has made, although nobody was told its native id: the answer got lost, or the process died before it was sent.
/// </summary>
/// <typeparam name="T">The record with <see cref="ResourceTypeAttribute"/>.</typeparam>
/// <remarks>
/// Asked before a create is carried out again of which nobody heard what came of it, and when a repeated create is told that the object exists. What is found is taken as the
/// create's own where it fulfills the desired properties; otherwise it is somebody else's, and the create goes its way. A type whose native id is one of its
/// properties (<see cref="ResourceTypeAttribute.Identifier"/>) needs this not: the object of that id is read. Nor does one whose cloud knows idempotency tokens.
/// </remarks>
public interface IFindExisting<T>
    where T : class
{
    /// <summary>
    /// Finds the one object that this very create would have made: by a name that is unique, or by a mark that the create leaves on it (a tag with
    /// <see cref="OperationContext.OperationId"/> or <see cref="OperationContext.Ksuid"/>). An object that merely looks alike must not be found.
    /// </summary>
    Task<FindResult<T>> FindExistingAsync(CreateRequest<T> request, CancellationToken cancellationToken);
}

/// <summary>The handler takes the plugin's own configuration, once, before its first call.</summary>
public interface IConfigurable
{
    /// <summary>Takes the configuration: the JSON object in the setting <c>FormaePluginConfig</c>; an empty object when there is none.</summary>
    /// <exception cref="FormatException">The configuration is wrong; the message names the path. The app does not start.</exception>
    void Configure(System.Text.Json.JsonElement configuration);
}
