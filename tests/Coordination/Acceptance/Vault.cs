using System.Collections.Concurrent;
using System.Text.Json;
using Formae.Model;
using Formae.Sdk;
using Microsoft.Extensions.DependencyInjection;

namespace Formae.Coordination.Tests.Acceptance;

/// <summary>A type with a secret in every place that a type can have one.</summary>
[ResourceType("FakeAWS::Test::Vault", Identifier = nameof(Id))]
public sealed record Vault
{
    [CreateOnly]
    public required string Name { get; init; }

    public string? Size { get; init; }

    [Opaque]
    public string? Password { get; init; }

    public string? Plain { get; init; }

    public VaultLevel? Level { get; init; }

    [Opaque]
    public VaultKeys? Keys { get; init; }

    [OrderedList]
    public IReadOnlyList<string>? Names { get; init; }

    [Set]
    public IReadOnlyList<string>? Marks { get; init; }

    [KeyedSet(nameof(VaultItem.Key))]
    public IReadOnlyList<VaultItem>? Items { get; init; }

    [Opaque, JsonText]
    public string? Document { get; init; }

    [Opaque, WriteOnly]
    public string? Initial { get; init; }

    public IReadOnlyDictionary<string, string>? Labels { get; init; }

    [ReadOnly]
    public string? Id { get; init; }

    [ReadOnly, Opaque]
    public string? Token { get; init; }
}

public sealed record VaultLevel
{
    public string? Name { get; init; }

    [Opaque]
    public string? Pin { get; init; }
}

public sealed record VaultKeys
{
    public string? User { get; init; }

    public string? Secret { get; init; }
}

public sealed record VaultItem
{
    public required string Key { get; init; }

    [Opaque]
    public string? Secret { get; init; }

    public string? Value { get; init; }
}

/// <summary>The cloud of the vaults, in memory. Its failures say everything they know.</summary>
internal sealed class Vaults : IResourceHandler<Vault>, ILongRunning<Vault>
{
    private int _last;

    public ConcurrentDictionary<string, Vault> Live { get; } = [];

    /// <summary>The token that the cloud makes by itself.</summary>
    public string Token { get; set; } = "";

    /// <summary>How the next mutations go wrong; null lets them through.</summary>
    public string? Wrong { get; set; }

    /// <summary>Mutations wait for it.</summary>
    public Task Gate { get; set; } = Task.CompletedTask;

    public void Define(PluginDefinition plugin)
    {
        plugin.Services.AddSingleton(this);
        plugin.AddResource<Vault, Vaults>();
    }

    public async Task<CreateResult<Vault>> CreateAsync(CreateRequest<Vault> request, CancellationToken cancellationToken)
    {
        if (await FailureOf(request.Desired, cancellationToken) is { } problem)
            return problem;
        var id = $"vault-{Interlocked.Increment(ref _last)}";
        Live[id] = request.Desired with { Id = id, Token = Token };
        return new CreateResult<Vault>.InProgress($"making {id}", id);
    }

    public Task<ReadResult<Vault>> ReadAsync(ReadRequest<Vault> request, CancellationToken cancellationToken) =>
        Task.FromResult<ReadResult<Vault>>(Live.TryGetValue(request.NativeId, out var vault) ? new ReadResult<Vault>.Success(Shown(vault)) : Problems.NotFound("no vault"));

    public async Task<UpdateResult<Vault>> UpdateAsync(UpdateRequest<Vault> request, CancellationToken cancellationToken)
    {
        if (await FailureOf(request.Desired, cancellationToken) is { } problem)
            return problem;
        Live[request.NativeId] = request.Desired with { Id = request.NativeId, Token = Token, Initial = request.Desired.Initial ?? Live[request.NativeId].Initial };
        return new UpdateResult<Vault>.Success(Shown(Live[request.NativeId]));
    }

    public Task<DeleteResult> DeleteAsync(DeleteRequest<Vault> request, CancellationToken cancellationToken)
    {
        Live.TryRemove(request.NativeId, out _);
        return Task.FromResult<DeleteResult>(new DeleteResult.Success());
    }

    public Task<StatusResult<Vault>> StatusAsync(StatusRequest<Vault> request, CancellationToken cancellationToken) =>
        Task.FromResult<StatusResult<Vault>>(new StatusResult<Vault>.Success(request.NativeId, Shown(Live[request.NativeId!])));

    private static Vault Shown(Vault vault) => vault with { Initial = null };

    private async Task<Problem?> FailureOf(Vault desired, CancellationToken cancellationToken)
    {
        await Gate.WaitAsync(cancellationToken);
        var text = JsonSerializer.Serialize(desired);
        return Wrong switch
        {
            "problem" => Problems.AccessDenied($"The cloud refuses {text}, that is {Uri.EscapeDataString(text)} or {Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(text))}."),
            "exception" => throw new InvalidOperationException($"The handler stumbles over {text}."),
            _ => null,
        };
    }
}
