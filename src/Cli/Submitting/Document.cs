using System.Text;
using Formae.Client;

namespace Formae.Cli.Submitting;

/// <summary>A document on the disk, as the server gets it and as errors show it.</summary>
internal sealed class Document
{
    // The server's limit is its own; this one keeps a wrong argument from filling the memory.
    private const long LargestFile = 256 * 1024 * 1024;

    private readonly Lazy<string[]> _lines;

    public Document(string path, byte[] bytes)
    {
        Path = path;
        File = new SubmitFile(System.IO.Path.GetFileName(path), bytes, SubmitFile.ContentTypeOf(path));
        _lines = new Lazy<string[]>(() => Encoding.UTF8.GetString(bytes).ReplaceLineEndings("\n").Split('\n'));
    }

    /// <summary>As the person wrote it.</summary>
    public string Path { get; }

    public SubmitFile File { get; }

    /// <exception cref="DocumentException">It is not there or cannot be read.</exception>
    public static async Task<Document> ReadAsync(string path, CancellationToken cancellation)
    {
        try
        {
            var file = new FileInfo(path);
            if (file.Exists && file.Length > LargestFile)
                throw new DocumentException($"{path} is larger than {LargestFile / 1024 / 1024} MB: is it the document?");
            return new Document(path, await System.IO.File.ReadAllBytesAsync(path, cancellation));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new DocumentException(Directory.Exists(path) ? $"{path} is a folder, not a document." : $"There is no file {path}.", e);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new DocumentException(Directory.Exists(path) ? $"{path} is a folder, not a document." : $"{path} may not be read.", e);
        }
        catch (IOException e)
        {
            throw new DocumentException($"{path} cannot be read: {e.Message}", e);
        }
    }

    /// <summary>A line, from 1; null beyond the end.</summary>
    public string? Line(int number) => number >= 1 && number <= _lines.Value.Length ? _lines.Value[number - 1] : null;
}

/// <summary>The document cannot be had.</summary>
internal sealed class DocumentException(string message, Exception? inner = null) : Exception(message, inner);
