using YamlDotNet.RepresentationModel;

namespace Formae.Cli.Demo;

/// <summary>The sample document, and the changes that the demo makes to it: to its nodes, so that what is applied is YAML as a person would have edited it.</summary>
internal sealed class Webshop
{
    private readonly YamlStream _stream = new();

    private Webshop(string path)
    {
        using var reader = File.OpenText(path);
        _stream.Load(reader);
    }

    public static string Sample => Path.Combine(AppContext.BaseDirectory, "samples", "webshop", "webshop.yaml");

    public int Count => List("Resources").Children.Count;

    public static Webshop Load(string path) => new(path);

    /// <summary>Sets a field of a target's config.</summary>
    public void SetTarget(string label, string field, string value) => Set(Map(Labelled("Targets", label), "Config"), field, value);

    /// <summary>Sets a property of a resource, and tells what it was.</summary>
    public string SetProperty(string label, string property, string value)
    {
        var properties = Map(Labelled("Resources", label), "Properties");
        var before = ((YamlScalarNode)properties.Children[new YamlScalarNode(property)]).Value!;
        Set(properties, property, value);
        return before;
    }

    public void Remove(string label) => List("Resources").Children.Remove(Labelled("Resources", label));

    public void Save(string path)
    {
        using var writer = File.CreateText(path);
        _stream.Save(writer, assignAnchors: false);
    }

    private static void Set(YamlMappingNode map, string name, string value) => map.Children[new YamlScalarNode(name)] = new YamlScalarNode(value);

    private static YamlMappingNode Map(YamlMappingNode map, string name) => (YamlMappingNode)map.Children[new YamlScalarNode(name)];

    private YamlSequenceNode List(string name) => (YamlSequenceNode)((YamlMappingNode)_stream.Documents[0].RootNode).Children[new YamlScalarNode(name)];

    private YamlMappingNode Labelled(string list, string label) =>
        List(list).Children.Cast<YamlMappingNode>().Single(item => ((YamlScalarNode)item.Children[new YamlScalarNode("Label")]).Value == label);
}
