using System.Collections.Concurrent;
using Formae.Sdk;
using Microsoft.Extensions.DependencyInjection;

namespace Formae.Coordination.Tests.Acceptance;

/// <summary>What refers to another one by an edge of each kind.</summary>
[ResourceType("FakeAWS::Test::Part", Identifier = nameof(Id))]
public sealed record Part : IPart
{
    [CreateOnly]
    public required string Name { get; init; }

    /// <summary>Can be pointed at another one in place.</summary>
    public string? Needs { get; init; }

    [CreateOnly]
    public string? MadeFrom { get; init; }

    [CreateOnly, AttachesTo]
    public string? AttachedTo { get; init; }

    [RuntimeDependency]
    public string? RunsOn { get; init; }

    public string? Size { get; init; }

    [ReadOnly]
    public string? Id { get; init; }
}

/// <summary>What is contained in a part.</summary>
[ResourceType("FakeAWS::Test::Piece", Identifier = nameof(Id), Parent = "FakeAWS::Test::Part")]
[ParentProperty(nameof(Part.Id), nameof(PartId))]
public sealed record Piece : IPart
{
    [CreateOnly]
    public required string Name { get; init; }

    [CreateOnly]
    public string? PartId { get; init; }

    public string? Size { get; init; }

    [ReadOnly]
    public string? Id { get; init; }
}

internal interface IPart
{
    string Name { get; }

    string? Id { get; init; }
}

/// <summary>A cloud of parts in memory, which notes when it began with something and when it was done with it.</summary>
internal sealed class Workshop
{
    private readonly ConcurrentQueue<string> _notes = [];
    private int _last;

    /// <summary>Those who wait here until so many are inside at once.</summary>
    public Meeting? Meeting { get; set; }

    public ConcurrentDictionary<string, IPart> Live { get; } = [];

    /// <summary>What was begun and done, in order: <c>create a</c>, and <c>create a.</c> when it is done.</summary>
    public IReadOnlyList<string> Notes => [.. _notes];

    public void Define(PluginDefinition plugin)
    {
        plugin.Services.AddSingleton(this);
        plugin.AddResource<Part, Parts>();
        plugin.AddResource<Piece, Pieces>();
    }

    public string NextId(string name) => $"{name}-{Interlocked.Increment(ref _last)}";

    public async Task<T> WorkAsync<T>(string verb, string name, Func<T> work, CancellationToken cancellation)
    {
        _notes.Enqueue($"{verb} {name}");
        if (Meeting is not null)
            await Meeting.EnterAsync(cancellation);
        await Task.Yield();
        var result = work();
        _notes.Enqueue($"{verb} {name}.");
        return result;
    }

    /// <summary>Each was done before the next one began.</summary>
    public void InOrder(params string[] works)
    {
        var notes = Notes;
        Assert.All(works, work => Assert.Equal([$"{work}"], notes.Where(note => note == work)));
        foreach (var (first, second) in works.Zip(works.Skip(1)))
            Assert.True(notes.Index().First(note => note.Item == $"{first}.").Index < notes.Index().First(note => note.Item == second).Index, $"{second} began before {first} was done: {string.Join(", ", notes)}");
    }

    public void Forget() => _notes.Clear();
}

/// <summary>Lets nobody go before so many have come.</summary>
internal sealed class Meeting(int expected)
{
    private readonly TaskCompletionSource _complete = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _present;

    public async Task EnterAsync(CancellationToken cancellation)
    {
        if (Interlocked.Increment(ref _present) == expected)
            _complete.TrySetResult();
        await _complete.Task.WaitAsync(TimeSpan.FromSeconds(60), cancellation);
    }
}

internal abstract class PartHandler<T>(Workshop workshop) : IResourceHandler<T> where T : class, IPart
{
    public async Task<CreateResult<T>> CreateAsync(CreateRequest<T> request, CancellationToken cancellationToken)
    {
        var id = workshop.NextId(request.Desired.Name);
        return await workshop.WorkAsync<CreateResult<T>>("create", request.Label, () =>
        {
            workshop.Live[id] = WithId(request.Desired, id);
            return new CreateResult<T>.Success(id, (T)workshop.Live[id]);
        }, cancellationToken);
    }

    public Task<ReadResult<T>> ReadAsync(ReadRequest<T> request, CancellationToken cancellationToken) =>
        Task.FromResult<ReadResult<T>>(workshop.Live.TryGetValue(request.NativeId, out var part) ? new ReadResult<T>.Success((T)part) : Problems.NotFound("no such part"));

    public Task<UpdateResult<T>> UpdateAsync(UpdateRequest<T> request, CancellationToken cancellationToken) =>
        workshop.WorkAsync<UpdateResult<T>>("update", request.Label, () => new UpdateResult<T>.Success((T)(workshop.Live[request.NativeId] = WithId(request.Desired, request.NativeId))), cancellationToken);

    public Task<DeleteResult> DeleteAsync(DeleteRequest<T> request, CancellationToken cancellationToken) =>
        workshop.WorkAsync<DeleteResult>("delete", request.Label, () => workshop.Live.TryRemove(request.NativeId, out _) ? new DeleteResult.Success() : Problems.NotFound("no such part"), cancellationToken);

    protected abstract T WithId(T part, string id);
}

internal sealed class Parts(Workshop workshop) : PartHandler<Part>(workshop)
{
    protected override Part WithId(Part part, string id) => part with { Id = id };
}

internal sealed class Pieces(Workshop workshop) : PartHandler<Piece>(workshop)
{
    protected override Piece WithId(Piece piece, string id) => piece with { Id = id };
}
