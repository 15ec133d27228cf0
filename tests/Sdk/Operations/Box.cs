using System.Text.Json;
using Formae.Sdk.Testing;

namespace Formae.Sdk.Tests.Operations;

/// <summary>A resource type whose handler does what the test says.</summary>
[ResourceType("Test::Box::Box", Identifier = nameof(Name))]
public sealed record Box
{
    [CreateOnly]
    public required string Name { get; init; }

    public int? Size { get; init; }

    [Opaque]
    public string? Secret { get; init; }

    public BoxPart? Part { get; init; }

    [ReadOnly]
    public string? Arn { get; init; }
}

public sealed record BoxPart
{
    public required string Id { get; init; }

    [Opaque]
    public string? Key { get; init; }
}

public sealed record BoxTarget
{
    public required string Region { get; init; }
}

internal class BoxHandler : IResourceHandler<Box>, ILongRunning<Box>
{
    public Func<CreateRequest<Box>, CancellationToken, Task<CreateResult<Box>>> Create { get; set; } =
        (request, _) => Task.FromResult<CreateResult<Box>>(new CreateResult<Box>.Success("box-1", request.Desired));

    public Func<ReadRequest<Box>, CancellationToken, Task<ReadResult<Box>>> Read { get; set; } = (_, _) => Task.FromResult<ReadResult<Box>>(Problems.NotFound("no box"));

    public Func<UpdateRequest<Box>, CancellationToken, Task<UpdateResult<Box>>> Update { get; set; } =
        (request, _) => Task.FromResult<UpdateResult<Box>>(new UpdateResult<Box>.Success(request.Desired));

    public Func<DeleteRequest<Box>, CancellationToken, Task<DeleteResult>> Delete { get; set; } = (_, _) => Task.FromResult<DeleteResult>(new DeleteResult.Success());

    public Func<StatusRequest<Box>, CancellationToken, Task<StatusResult<Box>>> Status { get; set; } =
        (_, _) => Task.FromResult<StatusResult<Box>>(new StatusResult<Box>.InProgress());

    public Task<CreateResult<Box>> CreateAsync(CreateRequest<Box> request, CancellationToken cancellationToken) => Create(request, cancellationToken);

    public Task<ReadResult<Box>> ReadAsync(ReadRequest<Box> request, CancellationToken cancellationToken) => Read(request, cancellationToken);

    public Task<UpdateResult<Box>> UpdateAsync(UpdateRequest<Box> request, CancellationToken cancellationToken) => Update(request, cancellationToken);

    public Task<DeleteResult> DeleteAsync(DeleteRequest<Box> request, CancellationToken cancellationToken) => Delete(request, cancellationToken);

    public Task<StatusResult<Box>> StatusAsync(StatusRequest<Box> request, CancellationToken cancellationToken) => Status(request, cancellationToken);

    /// <summary>A plugin that serves boxes by this handler.</summary>
    public PluginHarness Start(TimeProvider? time = null) => PluginHarness.Start(
        "Test",
        Add,
        time);

    protected virtual void Add(PluginDefinition plugin)
    {
        plugin.Services.Add(new(typeof(BoxHandler), this));
        plugin.AddResource<Box, BoxHandler>();
    }

    public static JsonElement Json(Box box) => JsonSerializer.SerializeToElement(box, JsonSerializerOptions.Default);
}
