using Formae.Sdk;

namespace Formae.Plugins.Postgres;

/// <summary>Types whose objects are made and removed in one transaction, together with all that belongs to them.</summary>
internal abstract class TransactionalHandler<T>(PostgresConnections connections) : PostgresHandler<T>(connections)
    where T : class
{
    public override Task<CreateResult<T>> CreateAsync(CreateRequest<T> request, CancellationToken cancellationToken) => AnswerAsync<CreateResult<T>>(
        async () =>
        {
            await using var session = await OpenAsync(request, NamesOf(request.Desired), cancellationToken).ConfigureAwait(false);
            var names = await ResolveAsync(session, NamesOf(request.Desired)).ConfigureAwait(false);
            await session.LockAsync(LockOf(names)).ConfigureAwait(false);
            var mark = OwnMark.Of(request.OperationId);
            if (await FindAsync(session, names, request.Desired).ConfigureAwait(false) is { } there)
            {
                if (IsOwn(there, mark))
                    return new CreateResult<T>.Success(NativeId.Of(names), there.Properties);
                if (!MayBeThere(names, there))
                    return Exists(names);
            }

            await MakeAsync(session, names, request.Desired, mark).ConfigureAwait(false);
            var made = await FindAsync(session, names, request.Desired).ConfigureAwait(false)
                ?? throw new InvalidOperationException($"{TypeName} '{NativeId.Of(names)}' was made and is not to be found.");
            await session.CommitAsync().ConfigureAwait(false);
            Remember(mark);
            return new CreateResult<T>.Success(NativeId.Of(names), made.Properties);
        },
        problem => problem);

    public override Task<DeleteResult> DeleteAsync(DeleteRequest<T> request, CancellationToken cancellationToken) => AnswerAsync<DeleteResult>(
        async () =>
        {
            var names = NamesIn(request.NativeId);
            await using var session = await OpenAsync(request, names, cancellationToken).ConfigureAwait(false);
            await session.LockAsync(LockOf(names)).ConfigureAwait(false);
            if (await FindAsync(session, names, request.Prior).ConfigureAwait(false) is not { } there)
                return Gone(names);
            await RemoveAsync(session, names, request.Prior ?? there.Properties).ConfigureAwait(false);
            await session.CommitAsync().ConfigureAwait(false);
            return new DeleteResult.Success();
        },
        problem => problem);

    protected abstract Task MakeAsync(Session session, string[] names, T desired, string mark);

    protected abstract Task RemoveAsync(Session session, string[] names, T prior);

    /// <summary>Whether a create takes nothing away from anybody by changing what is there.</summary>
    protected virtual bool MayBeThere(string[] names, Live<T> there) => false;

    /// <summary>This create has been carried out.</summary>
    protected virtual void Remember(string mark)
    {
    }
}
