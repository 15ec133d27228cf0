using System.Collections.Concurrent;
using Formae.Model;
using Microsoft.Extensions.Logging;

namespace Formae.Sdk.Tests.Conformance;

internal sealed record Flaws(Flaw Flaw);

/// <summary>Serves jars well, but for one flaw.</summary>
internal sealed class JarHandler(JarCloud cloud, Flaws flaws, TimeProvider time, ILogger<JarHandler> logger) : IResourceHandler<Jar>, IListable<Jar>
{
    private readonly ConcurrentDictionary<string, Jar> _memory = new();
    private readonly ConcurrentDictionary<string, Lazy<Jar>> _made = new();
    private readonly ConcurrentDictionary<string, string> _names = new();

    public async Task<CreateResult<Jar>> CreateAsync(CreateRequest<Jar> request, CancellationToken cancellationToken)
    {
        if (Has(Flaw.NeedsTheRightTime) && (time.GetUtcNow() - DateTimeOffset.UtcNow).Duration() > TimeSpan.FromMinutes(5))
            return Problems.AccessDenied("The time of the request is too far from the server's.");
        if (Has(Flaw.IgnoresTheToken))
            await DawdleAsync(cancellationToken).ConfigureAwait(false);
        if (Has(Flaw.LogsASecret) && request.Desired.Recipe is { } recipe)
            LogElsewhere($"making {recipe}");
        var wanted = Has(Flaw.ReplaceKeepsTheOldObject) ? request.Desired with { Name = _names.GetOrAdd(request.Ksuid, request.Desired.Name) } : request.Desired;
        var jar = Has(Flaw.KeepsTokensInMemory) ? _made.GetOrAdd(request.OperationId, _ => new Lazy<Jar>(() => cloud.Put(wanted, token: null))).Value
            : Has(Flaw.LooksBeforeItLeaps) ? await LookAndPutAsync(wanted, request.OperationId).ConfigureAwait(false)
            : cloud.Put(wanted, Has(Flaw.HasNoTokens) ? null : request.OperationId);
        var shown = Shown(jar);
        return new CreateResult<Jar>.Success(jar.Id!, flaws.Flaw switch
        {
            Flaw.CreateReportsLess => shown with { Content = null },
            Flaw.CreateReportsOtherDefaults => shown with { Size = null },
            _ => shown,
        });
    }

    public Task<ReadResult<Jar>> ReadAsync(ReadRequest<Jar> request, CancellationToken cancellationToken)
    {
        var found = Has(Flaw.ReadsFromMemory) && _memory.TryGetValue(request.NativeId, out var kept) ? kept : cloud.Find(request.NativeId);
        if (found is null)
            return Task.FromResult<ReadResult<Jar>>(Has(Flaw.ReadOfWhatIsGoneSucceeds) ? new ReadResult<Jar>.Success(new Jar { Name = "", Id = request.NativeId }) : Gone(request.NativeId));
        _memory[request.NativeId] = found;
        return Task.FromResult<ReadResult<Jar>>(new ReadResult<Jar>.Success(Has(Flaw.ReadForgetsAField) ? Shown(found) with { Note = null } : Shown(found)));
    }

    public Task<UpdateResult<Jar>> UpdateAsync(UpdateRequest<Jar> request, CancellationToken cancellationToken)
    {
        var wanted = flaws.Flaw switch
        {
            Flaw.UpdateIgnoresAField => request.Desired with { Content = cloud.Find(request.NativeId)?.Content },
            Flaw.UpdateChangesTheDefault => request.Desired with { Size = request.Desired.Size is "small" ? "tiny" : request.Desired.Size },
            Flaw.UpdateKeepsWhatIsLeftOut => request.Desired with { Stickers = request.Desired.Stickers ?? cloud.Find(request.NativeId)?.Stickers },
            _ => request.Desired,
        };
        if (cloud.Change(request.NativeId, wanted) is not { } changed)
            return Task.FromResult<UpdateResult<Jar>>(Gone(request.NativeId));
        _memory[request.NativeId] = changed;
        return Task.FromResult<UpdateResult<Jar>>(new UpdateResult<Jar>.Success(Shown(changed)));
    }

    public Task<DeleteResult> DeleteAsync(DeleteRequest<Jar> request, CancellationToken cancellationToken)
    {
        _memory.TryRemove(request.NativeId, out _);
        if (Has(Flaw.DeleteDoesNothing))
            return Task.FromResult<DeleteResult>(new DeleteResult.Success());
        if (cloud.Remove(request.NativeId))
            return Task.FromResult<DeleteResult>(new DeleteResult.Success());
        return Task.FromResult<DeleteResult>(Has(Flaw.DeleteOfWhatIsGoneFails) ? Problems.InvalidRequest("There is no such jar.") : Gone(request.NativeId));
    }

    public Task<ListResult> ListAsync(ListRequest<Jar> request, CancellationToken cancellationToken)
    {
        var page = cloud.List(request.PageToken, Has(Flaw.ListIgnoresThePageSize) ? int.MaxValue : request.PageSize).ToList();
        var next = page.Count == request.PageSize ? page[^1] : null;
        switch (flaws.Flaw)
        {
            case Flaw.ListLosesAPage when request.PageToken is not null && page.Count > 0:
                page.RemoveAt(0);
                break;
            case Flaw.ListShowsOneTwice when request.PageToken is not null:
                page.Insert(0, request.PageToken);
                page = [.. page.Take(request.PageSize)];
                break;
            case Flaw.ListNeverEnds when request.PageToken is not null:
                return Task.FromResult<ListResult>(new ListResult.Success([], request.PageToken));
            case Flaw.ListShowsWhatIsGone when next is null:
                page = [.. page.Union(cloud.Gone.TakeLast(request.PageSize)).Take(request.PageSize)];
                break;
        }

        return Task.FromResult<ListResult>(new ListResult.Success(page, next));
    }

    private bool Has(Flaw flaw) => flaws.Flaw == flaw;

    private Jar Shown(Jar jar) => Has(Flaw.SaysASecretInAProperty) ? jar with { Smell = $"of {jar.Recipe}" } : jar;

    private static Problem Gone(string id) => Problems.NotFound($"The jar '{id}' does not exist.");

    /// <summary>Two that look at the same time both find nothing.</summary>
    private async Task<Jar> LookAndPutAsync(Jar wanted, string token)
    {
        if (_seen.TryGetValue(token, out var made) && cloud.Find(made) is { } there)
            return there;
        await cloud.MeetAsync(token).ConfigureAwait(false);
        var jar = cloud.Put(wanted, token: null);
        _seen[token] = jar.Id!;
        return jar;
    }

    // As a cloud would: all instances see it.
    private readonly ConcurrentDictionary<string, string> _seen = cloud.Marks;

    private static async Task DawdleAsync(CancellationToken cancellationToken)
    {
        await Task.Delay(40, CancellationToken.None).ConfigureAwait(false);
        if (cancellationToken.IsCancellationRequested)
            await Task.Delay(TimeSpan.FromSeconds(20), CancellationToken.None).ConfigureAwait(false);
    }

    /// <summary>Where nobody knows which operation it belongs to, nothing is struck out.</summary>
    private void LogElsewhere(string text)
    {
        var elsewhere = new Thread(() => Log(logger, text));
        elsewhere.UnsafeStart();
        elsewhere.Join();
    }

    private static void Log(ILogger logger, string text) => logger.LogInformation("{Text}", text);
}
