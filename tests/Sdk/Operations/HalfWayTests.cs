using System.Text.Json;
using Formae.Model;
using Formae.Protocol.Bus;
using Formae.Sdk.Testing;

namespace Formae.Sdk.Tests.Operations;

/// <summary>What an interrupted update may leave behind, and what only somebody else can have done.</summary>
public sealed class HalfWayTests
{
    private const string Type = "Test::Box::Crate";

    /// <summary>Stored; wanted; found; whether an update that comes again goes on from there.</summary>
    public static TheoryData<string, string, string, bool> Cases => new()
    {
        { """{"Tags":[{"Key":"a","Value":"1"},{"Key":"b","Value":"1"}]}""", """{"Tags":[{"Key":"a","Value":"2"},{"Key":"c","Value":"1"}]}""", """{"Tags":[{"Key":"b","Value":"1"},{"Key":"a","Value":"2"}]}""", true },
        { """{"Tags":[{"Key":"a","Value":"1"},{"Key":"b","Value":"1"}]}""", """{"Tags":[{"Key":"a","Value":"2"},{"Key":"c","Value":"1"}]}""", """{"Tags":[{"Key":"a","Value":"1"},{"Key":"c","Value":"1"}]}""", true },
        { """{"Tags":[{"Key":"a","Value":"1"}],"Size":1}""", """{"Tags":[{"Key":"a","Value":"2"}],"Size":2}""", """{"Tags":[],"Size":1}""", true },
        { """{"Tags":[{"Key":"a","Value":"1"},{"Key":"b","Value":"1"}]}""", """{"Tags":[{"Key":"a","Value":"1"},{"Key":"b","Value":"2"}]}""", """{"Tags":[{"Key":"b","Value":"2"}]}""", false },
        { """{"Tags":[{"Key":"a","Value":"1"}]}""", """{"Tags":[{"Key":"a","Value":"2"}]}""", """{"Tags":[{"Key":"a","Value":"3"}]}""", false },
        { """{"Tags":[{"Key":"a","Value":"1"}]}""", """{"Tags":[{"Key":"a","Value":"2"}]}""", """{"Tags":[{"Key":"a","Value":"2"},{"Key":"x","Value":"1"}]}""", false },
        { """{"Tags":[{"Key":"a","Value":"1"}],"Size":1}""", """{"Size":2}""", """{"Size":1}""", true },
        { """{"Tags":[{"Key":"a","Value":"1"}],"Size":1}""", """{"Size":2}""", """{"Size":1,"Tags":[{"Key":"a","Value":"2"}]}""", false },
        { """{"Part":{"A":1,"B":1}}""", """{"Part":{"A":2,"B":2}}""", """{"Part":{"A":2,"B":1}}""", true },
        { """{"Part":{"A":1,"B":1}}""", """{"Part":{"A":2,"B":2}}""", """{"Part":{"A":2,"B":3}}""", false },
        { """{"Part":{"A":1},"Size":1}""", """{"Part":{"A":2},"Size":2}""", """{"Part":{"A":2,"Filled":7},"Size":1}""", true },
        { """{"Whole":{"A":1,"B":1}}""", """{"Whole":{"A":2,"B":2}}""", """{"Whole":{"A":2,"B":1}}""", false },
    };

    [Theory, MemberData(nameof(Cases))]
    public async Task Each_part_of_it_is_the_old_or_the_new_one(string stored, string wanted, string found, bool goesOn)
    {
        var crates = new CrateHandler { Live = JsonSerializer.Deserialize<Crate>(found)! };
        await using var plugin = PluginHarness.Start("Test", definition =>
        {
            definition.Services.Add(new(typeof(CrateHandler), crates));
            definition.AddResource<Crate, CrateHandler>();
        });

        var again = await plugin.ExecuteAsync(Requests.Update(Type, "crate-1", wanted, Requests.Json(stored)) with { Doubt = Doubt.Unheard });

        Assert.Equal(goesOn ? (OperationStatus.Success, 1) : (OperationStatus.Drifted, 0), (again.Status, crates.Updates));
    }

    [ResourceType(Type)]
    public sealed record Crate
    {
        public int? Size { get; init; }

        [KeyedSet(nameof(CrateTag.Key))]
        public IReadOnlyList<CrateTag>? Tags { get; init; }

        public CratePart? Part { get; init; }

        [Atomic]
        public CratePart? Whole { get; init; }
    }

    public sealed record CrateTag
    {
        public required string Key { get; init; }

        public string? Value { get; init; }
    }

    public sealed record CratePart
    {
        public int? A { get; init; }

        public int? B { get; init; }

        [ProviderDefault]
        public int? Filled { get; init; }
    }

    private sealed class CrateHandler : IResourceHandler<Crate>
    {
        public required Crate Live { get; set; }

        public int Updates { get; private set; }

        public Task<CreateResult<Crate>> CreateAsync(CreateRequest<Crate> request, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<ReadResult<Crate>> ReadAsync(ReadRequest<Crate> request, CancellationToken cancellationToken) => Task.FromResult<ReadResult<Crate>>(new ReadResult<Crate>.Success(Live));

        public Task<UpdateResult<Crate>> UpdateAsync(UpdateRequest<Crate> request, CancellationToken cancellationToken)
        {
            Updates++;
            return Task.FromResult<UpdateResult<Crate>>(new UpdateResult<Crate>.Success(Live = request.Desired));
        }

        public Task<DeleteResult> DeleteAsync(DeleteRequest<Crate> request, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
