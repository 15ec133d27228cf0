using System.Runtime.CompilerServices;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Formae.Sdk.Tests;

/// <summary>Shapes that may not change by accident: files in <c>Golden</c>. With FORMAE_GOLDEN=write they are written anew, to be looked at in the diff.</summary>
internal static class Golden
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void Check(string name, JsonElement json, [CallerFilePath] string caller = "")
    {
        var folder = Path.GetDirectoryName(caller)!;
        while (!Directory.Exists(Path.Combine(folder, "Golden")))
            folder = Path.GetDirectoryName(folder)!;
        var file = Path.Combine(folder, "Golden", $"{name}.json");
        var text = JsonSerializer.Serialize(json, Indented) + "\n";
        if (Environment.GetEnvironmentVariable("FORMAE_GOLDEN") == "write")
            File.WriteAllText(file, text);
        Assert.Equal(File.ReadAllText(file), text);
    }
}
