using Formae.Sdk;

namespace Formae.Plugins.Local;

[ResourceType("Local::Fs::Directory", Identifier = nameof(Path))]
[Description("A directory below the target's root.")]
public sealed record LocalDirectory
{
    [CreateOnly, Description("Relative to the target's root.")]
    public required string Path { get; init; }

    [ProviderDefault, Description("Four octal digits, such as 0755.")]
    public string? Mode { get; init; }

    [ReadOnly]
    public string? AbsolutePath { get; init; }
}

internal sealed class DirectoryHandler : IResourceHandler<LocalDirectory>
{
    public Task<CreateResult<LocalDirectory>> CreateAsync(CreateRequest<LocalDirectory> request, CancellationToken cancellationToken)
    {
        var root = LocalRoot.Open(request);
        if (FileMode8.TryParse(request.Desired.Mode, FileMode8.Directory, out var mode) is { } wrong)
            return Task.FromResult<CreateResult<LocalDirectory>>(wrong);
        if ((root.TryResolve(request.Desired.Path, out var path) ?? root.MakeParents(path)) is { } refused)
            return Task.FromResult<CreateResult<LocalDirectory>>(refused);
        if (File.Exists(path))
            return Task.FromResult<CreateResult<LocalDirectory>>(Problems.AlreadyExists($"'{request.Desired.Path}' is a file."));
        Directory.CreateDirectory(path);
        FileMode8.Set(path, mode);
        return Task.FromResult<CreateResult<LocalDirectory>>(root.FindLink(path) is { } link
            ? link
            : new CreateResult<LocalDirectory>.Success(request.Desired.Path, View(request.Desired.Path, path)));
    }

    public Task<ReadResult<LocalDirectory>> ReadAsync(ReadRequest<LocalDirectory> request, CancellationToken cancellationToken)
    {
        var root = LocalRoot.Open(request);
        if (root.TryResolve(request.NativeId, out var path) is { } refused)
            return Task.FromResult<ReadResult<LocalDirectory>>(refused);
        return Task.FromResult<ReadResult<LocalDirectory>>(Directory.Exists(path)
            ? new ReadResult<LocalDirectory>.Success(View(request.NativeId, path))
            : Gone(request.NativeId));
    }

    public Task<UpdateResult<LocalDirectory>> UpdateAsync(UpdateRequest<LocalDirectory> request, CancellationToken cancellationToken)
    {
        var root = LocalRoot.Open(request);
        if (FileMode8.TryParse(request.Desired.Mode, FileMode8.Directory, out var mode) is { } wrong)
            return Task.FromResult<UpdateResult<LocalDirectory>>(wrong);
        if (root.TryResolve(request.NativeId, out var path) is { } refused)
            return Task.FromResult<UpdateResult<LocalDirectory>>(refused);
        if (!Directory.Exists(path))
            return Task.FromResult<UpdateResult<LocalDirectory>>(Gone(request.NativeId));
        if (request.Desired.Mode is not null)
            FileMode8.Set(path, mode);
        return Task.FromResult<UpdateResult<LocalDirectory>>(new UpdateResult<LocalDirectory>.Success(View(request.NativeId, path)));
    }

    public Task<DeleteResult> DeleteAsync(DeleteRequest<LocalDirectory> request, CancellationToken cancellationToken)
    {
        var root = LocalRoot.Open(request);
        if (root.TryResolve(request.NativeId, out var path) is { } refused)
            return Task.FromResult<DeleteResult>(refused);
        if (!Directory.Exists(path))
            return Task.FromResult<DeleteResult>(Gone(request.NativeId));
        if (Directory.EnumerateFileSystemEntries(path).Any())
            return Task.FromResult<DeleteResult>(NotEmpty(request.NativeId));
        try
        {
            Directory.Delete(path, recursive: false);
        }
        catch (IOException)
        {
            // Something was put into it in between.
            return Task.FromResult<DeleteResult>(NotEmpty(request.NativeId));
        }

        return Task.FromResult<DeleteResult>(new DeleteResult.Success());
    }

    private static Model.Problem NotEmpty(string path) => Problems.ResourceConflict($"The directory '{path}' is not empty, and only empty ones are removed.");

    private static Model.Problem Gone(string path) => Problems.NotFound($"The directory '{path}' does not exist.");

    private static LocalDirectory View(string path, string absolute) => new() { Path = path, Mode = FileMode8.Of(absolute), AbsolutePath = absolute };
}
