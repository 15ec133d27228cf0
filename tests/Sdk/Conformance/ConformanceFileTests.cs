using System.Text;
using Formae.Protocol.Samples;
using Formae.Sdk.Conformance;

namespace Formae.Sdk.Tests.Conformance;

/// <summary>What a plugin's author can write wrong is told with its place.</summary>
public sealed class ConformanceFileTests
{
    [Fact]
    public void A_file_is_read_with_all_that_it_says()
    {
        var file = Read("""
            {
              "target": { "Endpoint": "${PROXY}", "Key": { "$value": "${KEY}", "$visibility": "Opaque" } },
              "proxies": { "PROXY": "${S3_ENDPOINT}" },
              "samples": [
                { "name": "bucket", "type": "AWS::S3::Bucket", "properties": { "Name": "b-${UNIQUE}" }, "replaced": { "Name": "c-${UNIQUE}" } },
                { "name": "object", "type": "AWS::S3::Object", "requires": ["bucket"], "properties": { "Bucket": "${bucket.Name}", "Key": "${bucket#}", "Text": "$${aws:user}" },
                  "notApplicable": { "SlowPages": "the server has no pages" } }
              ]
            }
            """).File!;

        Assert.Equal(["KEY", "PROXY", "S3_ENDPOINT"], file.Variables.Select(use => use.Name).Order(StringComparer.Ordinal));
        Assert.Equal("${S3_ENDPOINT}", file.Proxies["PROXY"]);
        Assert.Equal(["bucket"], file.Samples[1].Requires);
        Assert.Null(file.Samples[1].Changed);
        Assert.Equal("c-${UNIQUE}", file.Samples[0].Replaced!.Value.GetProperty("Name").GetString());
        Assert.Equal("the server has no pages", file.Samples[1].NotApplicable["SlowPages"]);
    }

    [Theory]
    [InlineData("""{ "samples": [ { "name": "a", "type": "T::A::A" } ] }""", "1:16", "properties is missing", "samples[0]")]
    [InlineData("""{ "samples": [ { "name": "a", "type": "T::A::A", "properties": [] } ] }""", "1:64", "properties must be an object", "samples[0].properties")]
    [InlineData("""{ "samples": [ { "name": "a", "type": "T::A::A", "properties": { "N": "${b.Name}" } } ] }""", "1:71", "'b' is not there when 'a' is made", "samples[0].properties.N")]
    [InlineData("""{ "samples": [ { "name": "a", "type": "T::A::A", "properties": { "N": "${not this}" } } ] }""", "1:71", "'${not this}' is no placeholder", "samples[0].properties.N")]
    [InlineData("""{ "samples": [ { "name": "a", "type": "T::A::A", "properties": {}, "requires": ["a"] } ] }""", "1:16", "'a' requires itself", "samples[0]")]
    [InlineData("""{ "samples": [ { "name": "a", "type": "T::A::A", "properties": {}, "requires": ["b"] } ] }""", "1:16", "there is no such sample", "samples[0]")]
    [InlineData("""{ "target": { "E": "${UNIQUE}" }, "samples": [] }""", "1:20", "${UNIQUE} is new for each object", "target.E")]
    [InlineData("""{ "target": { "E": "${a.Name}" }, "samples": [ { "name": "a", "type": "T::A::A", "properties": {} } ] }""", "1:20", "the target is there before all samples", "target.E")]
    [InlineData("""{ "samples": [ { "name": "a", "type": "T::A::A", "properties": {}, "notApplicable": { "Update": 3 } } ] }""", "1:97", "Update must be a text", "samples[0].notApplicable.Update")]
    [InlineData("{ \"samples\": [\n  { \"name\": \"a\" \"type\": 1 } ] }", "2:17", "", "")]
    [InlineData("{}", "1:1", "samples is missing", "")]
    public void A_mistake_is_told_with_its_place(string text, string place, string summary, string path)
    {
        var reading = Read(text);

        Assert.Null(reading.File);
        var mistake = Assert.Single(reading.Diagnostics, one => one.Summary.Contains(summary, StringComparison.Ordinal));
        Assert.Equal((place, path), ($"{mistake.Line}:{mistake.Column}", mistake.Path));
    }

    [Fact]
    public void Two_samples_of_one_name_are_a_mistake()
    {
        var reading = Read("""{ "samples": [ { "name": "a", "type": "T::A::A", "properties": {} }, { "name": "a", "type": "T::A::B", "properties": {} } ] }""");

        Assert.Null(reading.File);
        Assert.Contains(reading.Diagnostics, one => one.Summary == "There are two samples of the name 'a'.");
    }

    [Fact]
    public void A_key_that_means_nothing_is_told_of_and_passed_over()
    {
        var reading = Read("""{ "samples": [ { "name": "a", "type": "T::A::A", "properties": {}, "propertys": {} } ] }""");

        Assert.NotNull(reading.File);
        Assert.Equal("'propertys' means nothing here and is ignored. Did you mean 'properties'?", Assert.Single(reading.Diagnostics).Summary);
    }

    [Fact]
    public void A_phase_that_there_is_not_is_a_mistake()
    {
        var reading = Read("""{ "samples": [ { "name": "a", "type": "T::A::A", "properties": {}, "notApplicable": { "Updaet": "no" } } ] }""");
        var wrong = Assert.Throws<ConformanceFileException>(() => ConformanceKit.Check(reading.File!));

        Assert.Contains("'Updaet'", wrong.Message, StringComparison.Ordinal);
        Assert.Contains("'Update'", wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_not_there_is_named()
    {
        var wrong = Assert.Throws<ConformanceFileException>(() => ConformanceKit.Load("/nowhere/conformance.json"));
        Assert.Contains("/nowhere/conformance.json", wrong.Message, StringComparison.Ordinal);
    }

    private static ConformanceReading Read(string text) => ConformanceFileReader.Read(Encoding.UTF8.GetBytes(text));
}
