using Formae.Model;

namespace Formae.Distributed.Tests;

/// <summary>Each mistake has an answer of its own, and leaves nothing behind.</summary>
[Collection(OneSystem.Collection)]
public sealed class WrongDocumentTests(OneSystem system)
{
    private const string Head = """{"Stacks":[{"Label":"wrong"}],"Targets":[{"Label":"aws","Namespace":"FakeAWS"}],"Resources":[""";
    private const string Bucket = "FakeAWS::S3::Bucket";
    private static readonly string Deep = string.Concat(Enumerable.Repeat("[", 10_000)) + string.Concat(Enumerable.Repeat("]", 10_000));

    /// <summary>What it is, the document, the refusal, and where there is one the diagnostic: code, path, line, column.</summary>
    public static TheoryData<string, string, string, string?, string, int?, int?> Documents => new()
    {
        { "malformed JSON", "{\n  \"Stacks\": [,]\n}", "InvalidForma", DiagnosticCodes.SyntaxError, "", 2, 14 },
        { "malformed YAML", "Stacks:\n\t- Label: a", "InvalidForma", DiagnosticCodes.SyntaxError, "", 2, 1 },
        { "nesting in JSON", Deep, "InvalidForma", DiagnosticCodes.TooDeep, "", null, null },
        { "nesting in YAML", "Stacks: " + Deep, "InvalidForma", DiagnosticCodes.TooDeep, "", null, null },
        { "a wrong type", """{"Stacks":[{"Label":7}]}""", "InvalidForma", DiagnosticCodes.WrongType, "Stacks[0].Label", 1, 21 },
        { "a list", "[]", "InvalidForma", DiagnosticCodes.WrongType, "", 1, 1 },
        { "half a character", "{\"Stacks\": [{\"Label\":\"\\ud83d\"}]}", "InvalidForma", DiagnosticCodes.InvalidText, "", 1, 22 },
        { "a control character", """{"Stacks":[{"Label":"a\u0007b"}]}""", "InvalidForma", DiagnosticCodes.InvalidLabel, "Stacks[0].Label", 1, 21 },
        { "a long label", $$"""{"Stacks":[{"Label":"{{new string('x', 2000)}}"}]}""", "InvalidForma", DiagnosticCodes.InvalidLabel, "Stacks[0].Label", 1, 21 },
        { "an empty label", """{"Stacks":[{"Label":""}]}""", "InvalidForma", DiagnosticCodes.InvalidLabel, "Stacks[0].Label", 1, 21 },
        { "a label twice", Head + $"{One("a")},\n {One("a")}]}}", "InvalidForma", DiagnosticCodes.DuplicateResource, "Resources[1]", 2, 2 },
        { "a stack twice", """{"Stacks":[{"Label":"a"},{"Label":"a"}]}""", "InvalidForma", DiagnosticCodes.DuplicateStack, "Stacks[1]", 1, 26 },
        { "an unknown stack", Head + One("a", stack: "wrnog") + "]}", "StackReferenceNotFound", null, "", null, null },
        { "an unknown target", Head + One("a", target: "azure") + "]}", "TargetReferenceNotFound", null, "", null, null },
        { "an unknown namespace", Head + One("a", type: "Nobody::S3::Bucket") + "]}", "InvalidForma", DiagnosticCodes.UnknownNamespace, "Resources[0].Type", 1, null },
        { "an unknown type", Head + One("a", type: "FakeAWS::S3::Bukket") + "]}", "InvalidForma", DiagnosticCodes.UnknownResourceType, "Resources[0].Type", 1, null },
        { "an unknown property", Head + One("a", """{"BuketName":"x"}""") + "]}", "InvalidForma", DiagnosticCodes.UnknownProperty, "Resources[0].Properties.BuketName", 1, null },
        { "a wrong type of a property", Head + One("a", """{"BucketName":7}""") + "]}", "InvalidForma", DiagnosticCodes.WrongPropertyType, "Resources[0].Properties.BucketName", 1, null },
        { "a missing property", Head + One("a", type: "FakeAWS::EC2::VPC") + "]}", "RequiredFieldMissingOnCreate", DiagnosticCodes.RequiredFieldMissing, "Resources[0].Properties", 1, null },
        { "a huge property", Head + One("a", $$"""{"BucketName":"{{new string('x', 8 * 1024 * 1024)}}"}""") + "]}", "InvalidForma", DiagnosticCodes.ResourceTooLarge, "Resources[0].Properties", 1, null },
        { "a dangling reference", Head + One("a", $$"""{"BucketName":{{To("nobody")}}}""") + "]}", "ReferencedResourcesNotFound", DiagnosticCodes.ReferenceNotFound, "Resources[0].Properties.BucketName", 1, null },
        { "half a reference", Head + One("a", """{"BucketName":{"$res":true,"$label":"b"}}""") + "]}", "InvalidForma", DiagnosticCodes.InvalidReference, "Resources[0].Properties.BucketName", 1, null },
        { "a circle", Head + One("a", $$"""{"BucketName":{{To("b")}}}""") + "," + One("b", $$"""{"BucketName":{{To("a")}}}""") + "]}", "CyclesDetected", null, "", null, null },
        { "the reserved stack", """{"Stacks":[{"Label":"$unmanaged"}]}""", "InvalidForma", DiagnosticCodes.ReservedStack, "Stacks[0]", 1, 12 },
    };

    [Theory, MemberData(nameof(Documents), DisableDiscoveryEnumeration = true)]
    public async Task A_mistake_is_named_where_it_is_and_nothing_is_stored(string what, string document, string refusal, string? code, string path, int? line, int? column)
    {
        var before = await system.Plane.StoredAsync();

        var (status, error) = await system.Plane.PostAsync(document, document.StartsWith("Stacks", StringComparison.Ordinal) ? "application/yaml" : "application/json");

        Assert.Equal((what, 400, refusal), (what, status, error.Error));
        Assert.False(string.IsNullOrEmpty(error.Message), what);
        if (code is not null)
        {
            var wrong = error.Diagnostics!.First(diagnostic => diagnostic.Code == code);
            Assert.Equal((what, Severity.Error, path), (what, wrong.Severity, wrong.Path));
            if (line is not null)
                Assert.Equal(line, wrong.Line);
            if (column is not null)
                Assert.Equal(column, wrong.Column);
        }

        Assert.Equal(before, await system.Plane.StoredAsync());
    }

    [Fact]
    public async Task What_is_no_UTF_8_is_named_by_its_place()
    {
        var (status, error) = await system.Plane.PostAsync(Formae.Distributed.Tests.Requests.Body([.. "{\"Stacks\":\n \""u8, 0xC3, .. "\"}"u8], "application/json"));

        var wrong = Assert.Single(error.Diagnostics!);
        Assert.Equal((400, "InvalidForma", DiagnosticCodes.InvalidUtf8, 2, 3), (status, error.Error, wrong.Code, wrong.Line, wrong.Column));
    }

    [Fact]
    public async Task An_unknown_key_is_a_warning_with_a_suggestion()
    {
        var document = Head.Replace("Targets", "Tragets", StringComparison.Ordinal).Replace("\"Resources\"", "\"Targets\":[{\"Label\":\"aws\",\"Namespace\":\"FakeAWS\"}],\"Resources\"", StringComparison.Ordinal) + One("a") + "]}";

        var answer = await system.Plane.SubmitAsync(document, simulate: true);

        var warning = Assert.Single(answer.Diagnostics!);
        Assert.Equal((Severity.Warning, DiagnosticCodes.UnknownKey), (warning.Severity, warning.Code));
        Assert.Contains("Did you mean 'Targets'?", warning.Summary, StringComparison.Ordinal);
        Assert.True(answer.Simulation.ChangesRequired);
    }

    private static string One(string label, string properties = "{}", string type = Bucket, string stack = "wrong", string target = "aws") =>
        $$"""{"Label":"{{label}}","Type":"{{type}}","Stack":"{{stack}}","Target":"{{target}}","Properties":{{properties}}}""";

    private static string To(string label) => $$"""{"$res":true,"$label":"{{label}}","$type":"{{Bucket}}","$stack":"wrong","$property":"BucketName"}""";
}
