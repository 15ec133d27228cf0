using System.Text.Json;

namespace Formae.Embedded.Functions;

/// <summary>Reads a file that people write: comments and trailing commas are allowed; what is wrong is told with its place.</summary>
internal static class JsonFile
{
    private static readonly JsonDocumentOptions Lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    public static JsonDocument Read(string path)
    {
        try
        {
            var document = JsonDocument.Parse(File.ReadAllBytes(path).AsMemory(), Lenient);
            if (document.RootElement.ValueKind == JsonValueKind.Object)
                return document;
            document.Dispose();
            throw new StartupException($"{path}(1,1): an object is expected.");
        }
        catch (JsonException e)
        {
            throw new StartupException($"{path}({e.LineNumber + 1},{e.BytePositionInLine + 1}): this is no JSON: {e.Message}", e);
        }
    }
}
