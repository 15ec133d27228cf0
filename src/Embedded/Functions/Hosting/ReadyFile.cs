using System.Text.Json;

namespace Formae.Embedded.Functions;

/// <summary>Tells whoever has started the app that it serves, and where. The file appears whole or not at all.</summary>
internal static class ReadyFile
{
    public static void Write(string path, IReadOnlyList<string> urls)
    {
        var partial = path + ".partial";
        using (var file = File.Create(partial))
        using (var json = new Utf8JsonWriter(file))
        {
            json.WriteStartObject();
            json.WriteNumber("pid", Environment.ProcessId);
            json.WriteStartArray("urls");
            foreach (var url in urls)
                json.WriteStringValue(url);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        File.Move(partial, path, overwrite: true);
    }
}
