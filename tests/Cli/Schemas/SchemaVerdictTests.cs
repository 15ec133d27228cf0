using System.Text.Json;
using Formae.Cli.Tests.Support;
using Formae.Protocol.Documents;
using Formae.Protocol.Http;
using Formae.Servers;

namespace Formae.Cli.Tests.Schemas;

/// <summary>What an editor says of a document by the JSON Schema, and what the control plane says of it, are the same.</summary>
public sealed class SchemaVerdictTests
{
    private const string Frame = """{"Properties":{"image":{"Default":"ami"},"size":{"Default":"small"},"length":{"Default":8}},"Stacks":[{"Label":"web"}],"Targets":[{"Label":"cloud","Namespace":"FakeAWS"},{"Label":"here","Namespace":"Local","Config":{"Root":"/tmp"}}],"Resources":[RESOURCE]}""";

    /// <summary>Whole documents, and resources to be put into one, each with whether it is right.</summary>
    private static readonly (bool IsRight, string Document)[] Documents =
    [
        (true, "{}"),
        (true, """{"Description":{"Text":"t","Confirm":true},"Stacks":null}"""),
        (true, """{"Stacks":[{"Label":"web","Description":null}],"Ressources":[]}"""),
        (true, """{"Properties":{"region":{"Default":"eu-1","Flag":"region","Type":"String"}}}"""),
        (true, """{"Targets":[{"Label":"cloud","Namespace":"FakeAWS","Config":{"Region":"eu-1"},"ConfigSchema":{"Hints":{"Region":{"CreateOnly":true}}},"Reaping":{"Kind":"never"}}]}"""),
        (false, "[]"),
        (false, """{"Stacks":{}}"""),
        (false, """{"Stacks":[3]}"""),
        (false, """{"Stacks":[{"Description":"no label"}]}"""),
        (false, """{"Stacks":[{"Label":""}]}"""),
        (false, """{"Stacks":[{"Label":"a\u0007b"}]}"""),
        (false, """{"Stacks":[{"Label":"$unmanaged"}]}"""),
        (false, """{"Stacks":[{"Label":7}]}"""),
        (false, """{"Description":"t"}"""),
        (false, """{"Description":{"Text":"t","Confirm":"yes"}}"""),
        (false, """{"Properties":{"region":{"Type":"Text"}}}"""),
        (false, """{"Properties":{"region":"eu-1"}}"""),
        (false, """{"Targets":[{"Label":"cloud"}]}"""),
        (false, """{"Targets":[{"Label":"cloud","Namespace":"FakeAWS","Config":"eu-1"}]}"""),
        (true, """{"Targets":[{"Label":"cloud","Namespace":"FakeAWS","Config":null},{"Label":"mars","Namespace":"MARS","Config":{"Anything":1}}]}"""),
        (true, """{"Properties":{"slow":{"Default":5}},"Targets":[{"Label":"cloud","Namespace":"FakeAWS","Config":{"Token":{"$value":"t","$visibility":"Opaque"},"Region":null,"LatencyMs":"${property:slow}","AsyncCreates":true}}]}"""),
        (true, """{"Targets":[{"Label":"cloud","Namespace":"FakeAWS","Config":{"Token":"${secret:db}"}}]}"""),
        (false, """{"Targets":[{"Label":"cloud","Namespace":"FakeAWS","Config":{"Regoin":"eu-1"}}]}"""),
        (false, """{"Targets":[{"Label":"cloud","Namespace":"FakeAWS","Config":{"LatencyMs":"long"}}]}"""),
        (false, """{"Targets":[{"Label":"cloud","Namespace":"FakeAWS","Config":{"Region":["eu-1"]}}]}"""),
        (false, """{"Targets":[{"Label":"here","Namespace":"Local"}]}"""),
        (false, """{"Targets":[{"Label":"here","Namespace":"Local","Config":{"Rooot":"/tmp"}}]}"""),
        (false, """{"Targets":[{"Label":"here","Namespace":"Local","Config":{"Root":""}}]}"""),
        (false, """{"Targets":[{"Label":"here","Namespace":"Local","Config":{"Root":7}}]}"""),
        (false, """{"Targets":[{"Label":"cloud","Namespace":"FakeAWS","Discoverable":"yes"}]}"""),
        (false, """{"Targets":[{"Label":"cloud","Namespace":"FakeAWS","Reaping":{"Kind":"later"}}]}"""),
        (true, """{"Policies":[{"Type":"ttl","Label":"a","TTLSeconds":60,"ExpiresAt":null},{"Type":"auto-reconcile","Label":"b","IntervalSeconds":60}]}"""),
        (true, """{"Stacks":[{"Label":"web","Policies":[{"Type":"ttl","ExpiresAt":"2100-01-31T12:00:00+01:00","OnDependents":"cascade"},{"$ref":"policy://a"}]}],"Policies":[{"Type":"auto-reconcile","Label":"a","IntervalSeconds":60}]}"""),
        (false, """{"Policies":[{"Type":"ttl","TTLSeconds":60}]}"""),
        (false, """{"Policies":[{"$ref":"policy://a"}]}"""),
        (false, """{"Policies":[{"Label":"a","TTLSeconds":60}]}"""),
        (false, """{"Policies":[{"Type":"forever","Label":"a"}]}"""),
        (false, """{"Policies":[{"Type":"ttl","Label":"a"}]}"""),
        (false, """{"Policies":[{"Type":"ttl","Label":"a","TTLSeconds":60,"ExpiresAt":"2100-01-31T12:00:00Z"}]}"""),
        (false, """{"Policies":[{"Type":"ttl","Label":"a","TTLSeconds":0}]}"""),
        (false, """{"Policies":[{"Type":"ttl","Label":"a","ExpiresAt":"tomorrow"}]}"""),
        (false, """{"Policies":[{"Type":"ttl","Label":"a","TTLSeconds":60,"OnDependents":"wait"}]}"""),
        (false, """{"Policies":[{"Type":"auto-reconcile","Label":"a"}]}"""),
        (false, """{"Policies":[{"Type":"auto-reconcile","Label":"a","IntervalSeconds":"60"}]}"""),
        (false, """{"Stacks":[{"Label":"web","Policies":[{"$ref":"a"}]}]}"""),
        (false, """{"Stacks":[{"Label":"web","Policies":["policy://a"]}]}"""),
        (true, Resource("FakeAWS::EC2::VPC", """{"CidrBlock":"10.0.0.0/16"}""")),
        (true, Resource("FakeAWS::EC2::VPC", """{"CidrBlock":"10.0.0.0/16","EnableDnsSupport":null,"Tags":[{"Key":"a","Value":"b"}]}""")),
        (true, Resource("FakeAWS::EC2::VPC", """{"CidrBlock":"10.0.0.0/16","Tags":[]}""")),
        (true, Resource("FakeAWS::EC2::VPC", """{"CidrBlock":{"$value":"10.0.0.0/16","$strategy":"SetOnce"}}""")),
        (true, Resource("FakeAWS::SecretsManager::Secret", """{"SecretString":{"$value":"s","$visibility":"Opaque"}}""")),
        (true, Resource("Local::Random::Id", """{"Length":8,"Keepers":{"a":"b"}}""", "here")),
        (true, Resource("Local::Shell::Command", """{"Apply":["true"],"TimeoutSeconds":5}""", "here")),
        (true, Resource("FakeAWS::EC2::Instance", """{"ImageId":"${property:image}","InstanceType":"t3.${property:size}","VpcId":"$${not meant}"}""")),
        (true, Resource("FakeAWS::SecretsManager::Secret", """{"SecretString":"${secret:db}"}""")),
        (true, Resource("Local::Random::Id", """{"Length":"${property:length}"}""", "here")),
        (false, Resource("Local::Random::Id", """{"Length":"eight"}""", "here")),
        (true, """{"Properties":{"on":{"Default":true}},"Targets":[{"Label":"cloud","Namespace":"FakeAWS","Discoverable":"${property:on}"}]}"""),
        (false, """{"Properties":{"on":{"Default":[true]}}}"""),
        (false, Resource("FakeAWS::EC2::VPC", """{}""")),
        (false, Resource("FakeAWS::EC2::VPC", """{"CidrBlock":null}""")),
        (false, Resource("FakeAWS::EC2::VPC", """{"CidrBlock":10}""")),
        (false, Resource("FakeAWS::EC2::VPC", """{"CidrBlock":{"a":"b"}}""")),
        (false, Resource("FakeAWS::EC2::VPC", """{"CidrBlok":"10.0.0.0/16","CidrBlock":"10.0.0.0/16"}""")),
        (false, Resource("FakeAWS::EC2::VPC", """{"CidrBlock":"10.0.0.0/16","VpcId":"outputs are not written"}""")),
        (false, Resource("FakeAWS::EC2::VPC", """{"CidrBlock":"10.0.0.0/16","EnableDnsSupport":"yes"}""")),
        (false, Resource("FakeAWS::EC2::VPC", """{"CidrBlock":"10.0.0.0/16","Tags":"a"}""")),
        (false, Resource("FakeAWS::EC2::VPC", """{"CidrBlock":"10.0.0.0/16","Tags":{"a":"b"}}""")),
        (false, Resource("FakeAWS::EC2::VPC", """{"CidrBlock":"10.0.0.0/16","Tags":["a"]}""")),
        (false, Resource("FakeAWS::EC2::VPC", """{"CidrBlock":"10.0.0.0/16","Tags":[{"Value":"b"}]}""")),
        (false, Resource("FakeAWS::EC2::VPC", """{"CidrBlock":"10.0.0.0/16","Tags":[{"Key":"a","Vlaue":"b"}]}""")),
        (false, Resource("FakeAWS::EC2::VPC", """{"CidrBlock":"10.0.0.0/16","Tags":[{"Key":1,"Value":"b"}]}""")),
        (false, Resource("FakeAWS::EC2::VPC", """{"CidrBlock":{"$res":true,"$label":"net"}}""")),
        (false, Resource("FakeAWS::EC2::VPC", "\"properties\"")),
        (false, Resource("FakeAWS::EC2::Vcp", """{"CidrBlock":"10.0.0.0/16"}""")),
        (false, Resource("Nobody::EC2::VPC", """{"CidrBlock":"10.0.0.0/16"}""")),
        (false, Resource("VPC", """{"CidrBlock":"10.0.0.0/16"}""")),
        (false, Resource("Local::Random::Id", """{"Length":8.5}""", "here")),
        (false, Resource("Local::Random::Id", """{"Keepers":["a"]}""", "here")),
        (false, Resource("Local::Shell::Command", """{"Apply":"true"}""", "here")),
        (false, Resource("Local::Shell::Command", """{"Apply":[true]}""", "here")),
        (false, Frame.Replace("RESOURCE", """{"Type":"Local::Random::Id","Target":"here"}""", StringComparison.Ordinal)),
        (false, Frame.Replace("RESOURCE", """{"Label":"a","Target":"here"}""", StringComparison.Ordinal)),
        (false, Frame.Replace("RESOURCE", """{"Label":"a","Type":"Local::Random::Id","Target":"here","Stack":"$unmanaged"}""", StringComparison.Ordinal)),
        (false, Frame.Replace("RESOURCE", """{"Label":"a","Type":"Local::Random::Id","Target":["here"]}""", StringComparison.Ordinal)),
        (false, Frame.Replace("RESOURCE", "\"a\"", StringComparison.Ordinal)),
    ];

    [Fact]
    public async Task An_editor_and_the_control_plane_agree_on_what_is_wrong()
    {
        var catalog = await Catalog.OfBothAsync();
        var samples = new[] { "webshop.yaml" }.Select(name => (IsRight: true, Document: AsJson(Path.Combine(Repository.Root, "samples", "webshop", name))));
        var documents = Documents.Concat(samples).ToList();

        var verdicts = await VerdictsAsync(catalog, [.. documents.Select(document => document.Document)]);

        var disagreed = documents.Zip(verdicts)
            .Where(pair => pair.First.IsRight != pair.Second || pair.First.IsRight != catalog.Accepts(pair.First.Document))
            .Select(pair => $"is {(pair.First.IsRight ? "right" : "wrong")}; editor: {pair.Second}, control plane: {catalog.Accepts(pair.First.Document)}: {pair.First.Document}");
        Assert.True(!disagreed.Any(), string.Join('\n', disagreed));
    }

    private static async Task<IReadOnlyList<bool>> VerdictsAsync(Catalog catalog, IReadOnlyList<string> documents)
    {
        using var run = new TestRun();
        var schema = await catalog.WriteAsync(run.Folder);
        var list = run.Write("documents.json", $"[{string.Join(',', documents)}]");
        var answer = await NodeTools.NodeAsync(Path.Combine(Repository.Root, "tests", "Cli", "Schemas", "verdicts.mjs"), schema, list);
        using var verdicts = JsonDocument.Parse(answer);
        return [.. verdicts.RootElement.EnumerateArray().Select(verdict => verdict.GetProperty("isValid").GetBoolean())];
    }

    private static string AsJson(string file) =>
        JsonSerializer.Serialize(FormaReader.Read(File.ReadAllBytes(file), DocumentFormat.Yaml).Forma ?? throw new InvalidOperationException($"{file} is wrong."), HttpJson.Readable.Forma);

    private static string Resource(string type, string properties, string target = "cloud") =>
        Frame.Replace("RESOURCE", $$"""{"Label":"a","Type":"{{type}}","Target":"{{target}}","Properties":{{properties}}}""", StringComparison.Ordinal);
}
