using System.Text;
using Formae.Client;
using Formae.Model;
using Formae.Protocol.Documents;

namespace Formae.Cli.Submitting;

/// <summary>A document on the disk, as the server gets it and as errors show it. One that is written in Pkl is evaluated: the server gets what came of it.</summary>
internal sealed class Document
{
    // The server's limit is its own; this one keeps a wrong argument from filling the memory.
    private const long LargestFile = 256 * 1024 * 1024;

    /// <summary>Stands for what is piped in, where a file is asked for.</summary>
    public const string StandardInput = "-";

    private readonly Lazy<string[]> _lines;

    public Document(string path, byte[] bytes, bool isEvaluated = false)
    {
        Path = path == StandardInput ? "standard input" : path;
        IsEvaluated = isEvaluated;
        var name = path == StandardInput ? "stdin" : System.IO.Path.GetFileName(path);
        var isYaml = !isEvaluated && IsYaml(name, bytes);
        File = new SubmitFile(isEvaluated ? name + ".json" : name, bytes, isYaml ? "application/yaml" : "application/json");
        _lines = new Lazy<string[]>(() => Encoding.UTF8.GetString(bytes).TrimStart('\uFEFF').ReplaceLineEndings("\n").Split('\n'));
    }

    /// <summary>As the person wrote it.</summary>
    public string Path { get; }

    /// <summary>The bytes are not those of the file but what they evaluate to: lines and columns in them mean nothing to the person.</summary>
    public bool IsEvaluated { get; }

    public SubmitFile File { get; }

    /// <summary>Values that were given to the document's parameters, by name.</summary>
    public IReadOnlyDictionary<string, string> Parameters { get; init; } = new Dictionary<string, string>();

    /// <summary>Reads it as the server does, but for secrets, which only the server knows.</summary>
    /// <param name="forParametersOnly">Leaves what stands for references and secrets as it is written.</param>
    public FormaReading Bind(bool forParametersOnly = false) => FormaReader.Read(
        File.Content,
        File.ContentType == "application/yaml" ? DocumentFormat.Yaml : DocumentFormat.Auto,
        inputs: new DocumentInputs { Parameters = Parameters, IsForParametersOnly = forParametersOnly });

    /// <summary>By the name's ending; of a name without one that is known, by the first sign of the text, as the server does it.</summary>
    public static bool IsYaml(string name, ReadOnlySpan<byte> bytes)
    {
        switch (System.IO.Path.GetExtension(name).ToLowerInvariant())
        {
            case ".yaml" or ".yml":
                return true;
            case ".json" or ".pkl":
                return false;
        }

        var first = bytes.IndexOfAnyExcept(" \t\r\n\uFEFF"u8);
        return first >= 0 && bytes[first] is not ((byte)'{' or (byte)'[');
    }

    /// <exception cref="DocumentException">It is longer than any document.</exception>
    public static async Task<byte[]> BytesAsync(Stream input, CancellationToken cancellation)
    {
        using var all = new MemoryStream();
        var part = new byte[81920];
        for (int read; (read = await input.ReadAsync(part, cancellation).AsTask().WaitAsync(cancellation)) > 0;)
        {
            all.Write(part, 0, read);
            if (all.Length > LargestFile)
                throw new DocumentException($"Standard input has more than {LargestFile / 1024 / 1024} MB: is it the document?");
        }

        return all.ToArray();
    }

    /// <exception cref="DocumentException">It is not there or cannot be read.</exception>
    public static async Task<Document> ReadAsync(string path, CancellationToken cancellation) => new(path, await BytesAsync(path, cancellation));

    /// <exception cref="DocumentException">It is not there or cannot be read.</exception>
    public static async Task<byte[]> BytesAsync(string path, CancellationToken cancellation)
    {
        try
        {
            var file = new FileInfo(path);
            if (file.Exists && file.Length > LargestFile)
                throw new DocumentException($"{path} is larger than {LargestFile / 1024 / 1024} MB: is it the document?");
            return await System.IO.File.ReadAllBytesAsync(path, cancellation);
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

/// <summary>The document was looked at on this machine, and something is wrong with it.</summary>
internal sealed class InvalidDocumentException(Document document, IReadOnlyList<Diagnostic> diagnostics) : Exception(diagnostics[0].Summary)
{
    /// <summary>The file that the diagnostics are about.</summary>
    public Document Document { get; } = document;

    public IReadOnlyList<Diagnostic> Diagnostics { get; } = diagnostics;
}

/// <summary>The document cannot be had.</summary>
internal sealed class DocumentException(string message, Exception? inner = null) : Exception(message, inner);
