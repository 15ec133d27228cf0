using System.Reflection;
using Formae.Sdk;
using Newtonsoft.Json;

namespace Formae.Plugins.Conflict;

[ResourceType(Which.Namespace + "::Test::Library", Identifier = nameof(Name))]
[Description("Tells which major version of one library this plugin runs with.")]
public sealed record Library
{
    [CreateOnly]
    public required string Name { get; init; }

    [Description("Whatever a test wants to hand from one plugin to the other.")]
    public string? Heard { get; init; }

    [ReadOnly]
    public string? Version { get; init; }

    [ReadOnly, Description("What only an older one does: read a document that is nested a hundred deep without being asked to.")]
    public bool? ReadsDeepDocuments { get; init; }

    [ReadOnly]
    public int? ProcessId { get; init; }
}

/// <summary>Nothing is made; the objects are whatever was asked for, as long as the process lives.</summary>
internal sealed class LibraryHandler : IResourceHandler<Library>
{
    private static readonly Dictionary<string, Library> Made = new(StringComparer.Ordinal);

    public Task<CreateResult<Library>> CreateAsync(CreateRequest<Library> request, CancellationToken cancellationToken) =>
        Task.FromResult<CreateResult<Library>>(new CreateResult<Library>.Success(request.Desired.Name, Put(request.Desired)));

    public Task<ReadResult<Library>> ReadAsync(ReadRequest<Library> request, CancellationToken cancellationToken)
    {
        lock (Made)
            return Task.FromResult<ReadResult<Library>>(Made.TryGetValue(request.NativeId, out var made) ? new ReadResult<Library>.Success(made) : Problems.NotFound($"'{request.NativeId}' does not exist."));
    }

    public Task<UpdateResult<Library>> UpdateAsync(UpdateRequest<Library> request, CancellationToken cancellationToken) =>
        Task.FromResult<UpdateResult<Library>>(new UpdateResult<Library>.Success(Put(request.Desired)));

    public Task<DeleteResult> DeleteAsync(DeleteRequest<Library> request, CancellationToken cancellationToken)
    {
        lock (Made)
            return Task.FromResult<DeleteResult>(Made.Remove(request.NativeId) ? new DeleteResult.Success() : Problems.NotFound($"'{request.NativeId}' does not exist."));
    }

    private static Library Put(Library desired)
    {
        var shown = desired with
        {
            Version = typeof(JsonConvert).Assembly.GetCustomAttribute<AssemblyFileVersionAttribute>()!.Version,
            ReadsDeepDocuments = ReadsDeep(),
            ProcessId = Environment.ProcessId,
        };
        lock (Made)
            Made[desired.Name] = shown;
        return shown;
    }

    private static bool ReadsDeep()
    {
        try
        {
            return JsonConvert.DeserializeObject(new string('[', 100) + new string(']', 100)) is not null;
        }
        catch (JsonReaderException)
        {
            return false;
        }
    }
}
