using System.Text;
using System.Text.RegularExpressions;
using Formae.Protocol.Documents;

namespace Formae.Engine.Tests.Documents;

/// <summary>The examples of docs/documents.md are documents.</summary>
public sealed partial class DocumentationTests
{
    [Fact]
    public void Every_example_is_read_without_a_remark()
    {
        var examples = Example().Matches(File.ReadAllText(Path.Combine(ErrorCatalogueTests.Root(), "docs", "documents.md")));

        Assert.Equal(3, examples.Count);
        foreach (Match example in examples)
        {
            var reading = FormaReader.Read(
                Encoding.UTF8.GetBytes(example.Groups[2].Value), example.Groups[1].Value == "json" ? DocumentFormat.Json : DocumentFormat.Yaml, null, new DocumentInputs { Secret = _ => "s", Credential = _ => "c" });
            Assert.Empty(reading.Diagnostics);
            Assert.NotEmpty(reading.Forma!.Resources);
        }
    }

    [Fact]
    public void The_last_example_means_what_the_page_says()
    {
        var text = Example().Matches(File.ReadAllText(Path.Combine(ErrorCatalogueTests.Root(), "docs", "documents.md")))[^1].Groups[2].Value;
        var properties = FormaReader.Read(Encoding.UTF8.GetBytes(text), DocumentFormat.Yaml, null, new DocumentInputs { Secret = name => $"<{name}>" }).Forma!.Resources[0].Properties!.Value;

        Assert.Equal(3, properties.GetProperty("Count").GetInt32());
        Assert.True(properties.GetProperty("Url").GetProperty("$embed").GetBoolean());
        Assert.Equal(("my.net", "DEMO::Net::Vnet", "Id"), (Said("$label"), Said("$type"), Said("$property")));
        Assert.Equal("""{"$value":"Server=db;Password=<db-password>","$visibility":"Opaque"}""", properties.GetProperty("Connection").GetRawText().Replace("\\u003C", "<", StringComparison.Ordinal).Replace("\\u003E", ">", StringComparison.Ordinal));
        Assert.Equal("echo ${resource:not.one} ${HOME}", properties.GetProperty("Script").GetString());

        string? Said(string key) => properties.GetProperty("Network").GetProperty(key).GetString();
    }

    [GeneratedRegex("```(yaml|json)\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Example();
}
