using System.Text.Json;
using Microsoft.Extensions.Configuration;

namespace Formae.Embedded.Functions;

/// <summary>The settings of a developer's machine: <c>Values</c> of local.settings.json. The environment wins.</summary>
internal static class LocalSettings
{
    public const string FileName = "local.settings.json";

    public static void AddTo(IConfigurationBuilder configuration, string folder)
    {
        var path = Path.Combine(folder, FileName);
        if (!File.Exists(path))
            return;
        var values = Read(path);
        foreach (var (name, value) in values)
        {
            if (Environment.GetEnvironmentVariable(name) is null)
                Environment.SetEnvironmentVariable(name, value);
        }

        configuration.AddInMemoryCollection(values.Select(pair => KeyValuePair.Create(pair.Key.Replace("__", ":", StringComparison.Ordinal), pair.Value)));
    }

    internal static Dictionary<string, string?> Read(string path)
    {
        using var document = JsonFile.Read(path);
        var values = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        if (!document.RootElement.TryGetProperty("Values", out var section))
            return values;
        if (section.ValueKind != JsonValueKind.Object)
            throw new StartupException($"{path}: Values must be an object.");
        foreach (var member in section.EnumerateObject())
        {
            values[member.Name] = member.Value.ValueKind switch
            {
                JsonValueKind.String => member.Value.GetString(),
                JsonValueKind.Null => null,
                JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => member.Value.GetRawText(),
                _ => throw new StartupException($"{path}: Values.{member.Name} must be a text, a number or true or false."),
            };
        }

        return values;
    }
}
