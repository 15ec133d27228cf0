using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Formae.Coordinator.Http.Description;

/// <summary>The summaries that stand over types and properties in the source, from the files that the compiler writes beside the assemblies.</summary>
internal sealed partial class XmlComments
{
    private readonly Dictionary<string, string> _summaries;

    private XmlComments(Dictionary<string, string> summaries) => _summaries = summaries;

    /// <summary>An assembly whose file is not there has no comments.</summary>
    public static XmlComments Of(params IEnumerable<Assembly> assemblies)
    {
        var summaries = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var file in assemblies.Select(assembly => Path.Combine(AppContext.BaseDirectory, assembly.GetName().Name + ".xml")).Where(File.Exists))
        {
            foreach (var member in XDocument.Load(file).Descendants("member"))
            {
                if (member.Element("summary") is { } summary)
                    summaries[(string)member.Attribute("name")!] = TextOf(summary);
            }
        }

        return new XmlComments(summaries);
    }

    public string? Find(Type type) => _summaries.GetValueOrDefault($"T:{type.FullName}");

    public string? Find(MemberInfo property) => _summaries.GetValueOrDefault($"P:{property.DeclaringType!.FullName}.{property.Name}");

    private static string TextOf(XElement element)
    {
        var text = new StringBuilder();
        foreach (var node in element.Nodes())
        {
            text.Append(node switch
            {
                XText plain => plain.Value,
                XElement { Name.LocalName: "see" or "paramref" } link => ((string?)link.Attribute("cref") ?? (string?)link.Attribute("langword") ?? (string?)link.Attribute("name") ?? "").Split('.', ':')[^1],
                XElement { Name.LocalName: "c" } code => $"`{code.Value}`",
                XElement other => TextOf(other),
                _ => "",
            });
        }

        return WhiteSpace().Replace(text.ToString(), " ").Trim();
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex WhiteSpace();
}
