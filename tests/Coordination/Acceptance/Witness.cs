using System.Collections.Concurrent;
using System.Text.Json;
using Formae.Model;
using Formae.Sdk;
using Microsoft.Extensions.DependencyInjection;

namespace Formae.Coordination.Tests.Acceptance;

/// <summary>A type that notes everything its plugin is told. Its native id is its name.</summary>
[ResourceType("FakeAWS::Test::Witness", Identifier = nameof(Name))]
public sealed record Witness
{
    [CreateOnly]
    public required string Name { get; init; }

    public string? Value { get; init; }

    public IReadOnlyDictionary<string, string>? Labels { get; init; }

    [Opaque]
    public string? Secret { get; init; }
}

/// <summary>The cloud of the witnesses, in memory. Names are unique in it, and it knows no tokens.</summary>
internal sealed class Witnesses : IResourceHandler<Witness>
{
    /// <summary>Every request, whole, as text.</summary>
    public ConcurrentQueue<string> Heard { get; } = [];

    public ConcurrentDictionary<string, Witness> Live { get; } = [];

    /// <summary>Answers to the next creates that are lost after the work.</summary>
    public ConcurrentQueue<Problem> LostAnswers { get; } = [];

    public int Creates { get; private set; }

    public void Define(PluginDefinition plugin)
    {
        plugin.Services.AddSingleton(this);
        plugin.AddResource<Witness, Witnesses>();
    }

    public Task<CreateResult<Witness>> CreateAsync(CreateRequest<Witness> request, CancellationToken cancellationToken)
    {
        Creates++;
        Hear(request, request.Desired, null, null);
        CreateResult<Witness> result = Live.TryAdd(request.Desired.Name, request.Desired)
            ? new CreateResult<Witness>.Success(request.Desired.Name, request.Desired)
            : Problems.AlreadyExists($"There is a witness '{request.Desired.Name}'.");
        return Task.FromResult(LostAnswers.TryDequeue(out var lost) ? lost : result);
    }

    public Task<ReadResult<Witness>> ReadAsync(ReadRequest<Witness> request, CancellationToken cancellationToken)
    {
        Hear(request, null, request.Prior, null);
        return Task.FromResult<ReadResult<Witness>>(Live.TryGetValue(request.NativeId, out var found) ? new ReadResult<Witness>.Success(found) : Problems.NotFound("no such witness"));
    }

    public Task<UpdateResult<Witness>> UpdateAsync(UpdateRequest<Witness> request, CancellationToken cancellationToken)
    {
        Hear(request, request.Desired, request.Prior, request.Patch);
        Live[request.NativeId] = request.Desired;
        return Task.FromResult<UpdateResult<Witness>>(new UpdateResult<Witness>.Success(request.Desired));
    }

    public Task<DeleteResult> DeleteAsync(DeleteRequest<Witness> request, CancellationToken cancellationToken)
    {
        Hear(request, null, request.Prior, null);
        return Task.FromResult<DeleteResult>(Live.TryRemove(request.NativeId, out _) ? new DeleteResult.Success() : Problems.NotFound("no such witness"));
    }

    private void Hear(OperationContext context, Witness? desired, Witness? prior, JsonElement? patch) => Heard.Enqueue(JsonSerializer.Serialize(new { context, desired, prior, patch, context.TargetConfig }));
}
