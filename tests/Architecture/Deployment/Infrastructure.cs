using Formae.Architecture.Tests.Bicep;
using YamlDotNet.RepresentationModel;

namespace Formae.Architecture.Tests.Deployment;

/// <summary>The files that a deployment is made of.</summary>
internal static class Infrastructure
{
    public const string Folder = "infra/bicep";

    /// <summary>Apps for one machine: they pretend a cloud in a file, or change the machine that they run on. On Azure there is neither.</summary>
    public static readonly string[] ForOneMachine = ["functions/plugins/FakeAws", "functions/plugins/Local"];

    private static readonly Lazy<IReadOnlyDictionary<string, BicepFile>> Files = new(() =>
        Repository.FilesOf(".bicep", Folder).Concat(Repository.FilesOf(".bicepparam", Folder)).ToDictionary(file => file, BicepFile.Read, StringComparer.Ordinal));

    public static IEnumerable<BicepFile> All => Files.Value.Values;

    /// <summary>Those that make something: without the values of parameters.</summary>
    public static IEnumerable<BicepFile> Templates => All.Where(file => file.Path.EndsWith(".bicep", StringComparison.Ordinal));

    public static IEnumerable<BicepFile> Parameters => All.Where(file => file.Path.EndsWith(".bicepparam", StringComparison.Ordinal));

    public static BicepFile Main => Files.Value[$"{Folder}/main.bicep"];

    public static IEnumerable<(string File, string Type, string Version, Declaration Resource)> Resources =>
        Templates.SelectMany(file => file.Resources.Select(resource => (file.Path, resource.Type, resource.Version, resource.Resource)));

    public static BicepFile Module(string name) => Files.Value[$"{Folder}/modules/{name}.bicep"];

    /// <summary>The file that a path in another one leads to.</summary>
    public static BicepFile Beside(BicepFile file, string path)
    {
        var full = Path.GetRelativePath(Repository.Root, Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Repository.Full(file.Path))!, path))).Replace('\\', '/');
        return Files.Value.TryGetValue(full, out var found) ? found : throw new FormatException($"{file.Path} names {path}, which is not there.");
    }

    /// <summary>What a file calls a module, with what it gives to it.</summary>
    public static IEnumerable<Node.Map> CallsOf(string module) => Main.Of("module").Where(call => call.Type == $"modules/{module}.bicep").Select(call => (Node.Map)call.Body["params"]!);

    /// <summary>The plugins of a file of parameters.</summary>
    public static IEnumerable<Node.Map> PluginsOf(BicepFile parameters) => ((Node.List)parameters.Of("param").Single(param => param.Name == "plugins").Value!).Items.Cast<Node.Map>();

    /// <summary>The services of azure.yaml: name → properties.</summary>
    public static IReadOnlyDictionary<string, YamlMappingNode> Services()
    {
        var yaml = new YamlStream();
        using var text = File.OpenText(Repository.Full("azure.yaml"));
        yaml.Load(text);
        return ((YamlMappingNode)((YamlMappingNode)yaml.Documents[0].RootNode)["services"]).ToDictionary(service => ((YamlScalarNode)service.Key).Value!, service => (YamlMappingNode)service.Value, StringComparer.Ordinal);
    }
}
