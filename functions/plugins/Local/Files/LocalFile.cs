using System.Security.Cryptography;
using Formae.Model;
using Formae.Sdk;

namespace Formae.Plugins.Local;

[ResourceType("Local::Fs::File", Identifier = nameof(Path))]
[Description("A file below the target's root, up to 128 KB.")]
public sealed record LocalFile
{
    [CreateOnly, Description("Relative to the target's root; folders on the way are made.")]
    public required string Path { get; init; }

    [OneOf("content"), Description("The content as text (UTF-8). Left out, and ContentBase64 too, it is an empty file.")]
    public string? Content { get; init; }

    [OneOf("content"), Description("The content as base64.")]
    public string? ContentBase64 { get; init; }

    [ProviderDefault, Description("Four octal digits, such as 0644.")]
    public string? Mode { get; init; }

    [ReadOnly]
    public string? AbsolutePath { get; init; }

    [ReadOnly]
    public string? Sha256 { get; init; }

    [ReadOnly]
    public long? Size { get; init; }
}

internal sealed class FileHandler : IResourceHandler<LocalFile>
{
    private const int LargestFile = 128 * 1024;

    public Task<CreateResult<LocalFile>> CreateAsync(CreateRequest<LocalFile> request, CancellationToken cancellationToken)
    {
        var root = LocalRoot.Open(request);
        var desired = request.Desired;
        if (Prepare(desired, out var content, out var mode) is { } wrong)
            return Task.FromResult<CreateResult<LocalFile>>(wrong);
        if (root.TryResolve(desired.Path, out var path) is { } refused)
            return Task.FromResult<CreateResult<LocalFile>>(refused);

        // The message may come twice: the same file that is there already is the one that the first delivery made.
        if (File.Exists(path) && !File.ReadAllBytes(path).AsSpan().SequenceEqual(content))
            return Task.FromResult<CreateResult<LocalFile>>(Problems.AlreadyExists($"'{desired.Path}' exists already, with another content."));
        return Task.FromResult<CreateResult<LocalFile>>(root.Write(path, content, mode) is { } failed
            ? failed
            : new CreateResult<LocalFile>.Success(desired.Path, View(desired.Path, path, content, desired)));
    }

    public Task<ReadResult<LocalFile>> ReadAsync(ReadRequest<LocalFile> request, CancellationToken cancellationToken)
    {
        var root = LocalRoot.Open(request);
        if (root.TryResolve(request.NativeId, out var path) is { } refused)
            return Task.FromResult<ReadResult<LocalFile>>(refused);
        if (!File.Exists(path))
            return Task.FromResult<ReadResult<LocalFile>>(Gone(request.NativeId));
        if (new FileInfo(path).Length > LargestFile)
            return Task.FromResult<ReadResult<LocalFile>>(Problems.ServiceLimit($"'{request.NativeId}' is larger than {LargestFile} bytes."));
        var content = File.ReadAllBytes(path);
        return Task.FromResult<ReadResult<LocalFile>>(root.FindLink(path) is { } link ? link : new ReadResult<LocalFile>.Success(View(request.NativeId, path, content, request.Prior)));
    }

    public Task<UpdateResult<LocalFile>> UpdateAsync(UpdateRequest<LocalFile> request, CancellationToken cancellationToken)
    {
        var root = LocalRoot.Open(request);
        if (Prepare(request.Desired, out var content, out var mode) is { } wrong)
            return Task.FromResult<UpdateResult<LocalFile>>(wrong);
        if (root.TryResolve(request.NativeId, out var path) is { } refused)
            return Task.FromResult<UpdateResult<LocalFile>>(refused);
        if (!File.Exists(path))
            return Task.FromResult<UpdateResult<LocalFile>>(Gone(request.NativeId));
        if (request.Desired.Mode is null && !OperatingSystem.IsWindows())
            mode = File.GetUnixFileMode(path);
        return Task.FromResult<UpdateResult<LocalFile>>(root.Write(path, content, mode) is { } failed
            ? failed
            : new UpdateResult<LocalFile>.Success(View(request.NativeId, path, content, request.Desired)));
    }

    public Task<DeleteResult> DeleteAsync(DeleteRequest<LocalFile> request, CancellationToken cancellationToken)
    {
        var root = LocalRoot.Open(request);
        if (root.TryResolve(request.NativeId, out var path) is { } refused)
            return Task.FromResult<DeleteResult>(refused);
        if (!File.Exists(path))
            return Task.FromResult<DeleteResult>(Gone(request.NativeId));
        File.Delete(path);
        return Task.FromResult<DeleteResult>(new DeleteResult.Success());
    }

    private static Problem? Prepare(LocalFile desired, out byte[] content, out UnixFileMode mode)
    {
        content = [];
        if (FileMode8.TryParse(desired.Mode, FileMode8.File, out mode) is { } wrong)
            return wrong;
        if (desired is { Content: not null, ContentBase64: not null })
            return Problems.InvalidRequest("A file has either Content or ContentBase64, not both.");
        if (!Form(desired).TryGetBytes(out content))
            return Problems.InvalidRequest("'ContentBase64' is no base64.");
        return content.Length > LargestFile ? Problems.InvalidRequest($"The content has {content.Length} bytes; a file may have {LargestFile}.") : null;
    }

    private static Problem Gone(string path) => Problems.NotFound($"The file '{path}' does not exist.");

    private static LocalFile View(string path, string absolute, byte[] content, LocalFile? form)
    {
        var shown = WrittenContent.Of(content, form is null ? null : Form(form));
        return new LocalFile
        {
            Path = path,
            Content = shown.Text,
            ContentBase64 = shown.Base64,
            Mode = FileMode8.Of(absolute),
            AbsolutePath = absolute,
            Sha256 = Convert.ToHexStringLower(SHA256.HashData(content)),
            Size = content.Length,
        };
    }

    private static WrittenContent Form(LocalFile written) => new(written.Content, written.ContentBase64);
}
