using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Formae.Model;
using Formae.Protocol.Documents;
using FsCheck;
using FsCheck.Fluent;

namespace Formae.Engine.Tests.Documents;

/// <summary>A document that says little and stands for much: what counts is what it becomes, and nobody pays for more than the limit.</summary>
public sealed class DocumentGrowthTests
{
    private static readonly string Long = new('a', 3_000);

    // What it is, the document, and what it is when all is written out.
    public static TheoryData<string, string, string> Documents => new()
    {
        { "a text by aliases", Yaml($"L: [&x {Long}, *x, *x, *x]"), Json($$"""{"L":["{{Long}}","{{Long}}","{{Long}}","{{Long}}"]}""") },
        { "a mapping by aliases", Yaml($"A: &x {{k: {Long}}}\n    B: *x\n    C: *x"), Json($$$"""{"A":{"k":"{{{Long}}}"},"B":{"k":"{{{Long}}}"},"C":{"k":"{{{Long}}}"}}""") },
        { "aliases of aliases", Yaml($"A: &x [{Long}]\n    B: &y [*x, *x]\n    C: [*y, *y]"), Json($$"""{"A":["{{Long}}"],"B":[["{{Long}}"],["{{Long}}"]],"C":[[["{{Long}}"],["{{Long}}"]],[["{{Long}}"],["{{Long}}"]]]}""") },
        { "a mapping by merges", Yaml($"A: &x {{k: {Long}}}\n    B: {{<<: *x, l: 1}}\n    C: {{<<: *x}}"), Json($$$"""{"A":{"k":"{{{Long}}}"},"B":{"l":1,"k":"{{{Long}}}"},"C":{"k":"{{{Long}}}"}}""") },
        { "a key by aliases", Yaml($"A: {{? &x {Long} : 1}}\n    B: {{*x : 2}}\n    C: {{*x : 3}}"), Json($$$"""{"A":{"{{{Long}}}":1},"B":{"{{{Long}}}":2},"C":{"{{{Long}}}":3}}""") },
        { "characters that JSON writes at length", Yaml($"L: [&x \"{string.Concat(Enumerable.Repeat("\\a", 900))}\", *x, *x]"), Json($$"""{"L":["{{Bells(900)}}","{{Bells(900)}}","{{Bells(900)}}"]}""") },
        { "a parameter", Yaml("L: ['${property:x}', '${property:x}', '${property:x}']", Long), Json($$"""{"L":["{{Long}}","{{Long}}","{{Long}}"]}""", Long) },
        { "a parameter in a text", Yaml("L: '${property:x}-${property:x}-${property:x}'", Long), Json($$"""{"L":"{{Long}}-{{Long}}-{{Long}}"}""", Long) },
        { "a parameter in JSON", Json("""{"L":["${property:x}","<${property:x}>","${property:x}"]}""", Long), Json($$"""{"L":["{{Long}}","<{{Long}}>","{{Long}}"]}""", Long) },
        { "a parameter that was given", Json("""{"L":["${property:given}","<${property:given}>"]}""", "", "given"), Json($$"""{"L":["{{Long}}","<{{Long}}>"]}""", "", "given") },
        { "a secret", Json("""{"L":["${secret:s}","<${secret:s}>"]}"""), Json($$"""{"L":[{"$value":"{{Long}}","$visibility":"Opaque"},{"$value":"<{{Long}}>","$visibility":"Opaque"}]}""") },
        { "an alias of a parameter", Yaml("L: [&y '${property:x}', *y, *y]", Long), Json($$"""{"L":["{{Long}}","{{Long}}","{{Long}}"]}""", Long) },
        {
            "references", Json("""{"L":["${resource:a.Id}","${resource:a.Id}"]}"""),
            Json("""{"L":[{"$res":true,"$label":"a","$property":"Id","$written":"${resource:a.Id}"},{"$res":true,"$label":"a","$property":"Id","$written":"${resource:a.Id}"}]}""")
        },
    };

    [Theory, MemberData(nameof(Documents))]
    public void As_large_as_the_limit_when_it_is_written_out_is_read_and_a_byte_more_is_refused(string what, string document, string writtenOut)
    {
        var length = Encoding.UTF8.GetByteCount(writtenOut);
        Assert.True(Encoding.UTF8.GetByteCount(document) < length, $"{what} does not grow.");

        var reading = Read(document, length);
        Assert.True(reading.Forma is not null, $"{what}: {string.Join("; ", reading.Diagnostics)}");
        Assert.Contains(reading.Forma.Targets[0].Config!.Value.GetRawText(), writtenOut, StringComparison.Ordinal);

        var refused = Read(document, length - 1);
        Assert.Null(refused.Forma);
        var wrong = Assert.Single(refused.Diagnostics);
        Assert.Equal((DiagnosticCodes.TooLarge, Severity.Error), (wrong.Code, wrong.Severity));
        Assert.Contains($"{length - 1:N0} are the limit", wrong.Summary, StringComparison.Ordinal);
        Assert.NotNull(wrong.Detail);
        Assert.True(wrong is { Line: >= 1, Column: >= 1 });
    }

    [Theory]
    [InlineData("&x ", "*x", "", 8, 7)]
    [InlineData("", "\"${property:x}\"", "Targets[0].Config.L[2]", 8, 7)]
    [InlineData("", "\"-${property:x}-\"", "Targets[0].Config.L[2]", 8, 7)]
    public void It_is_refused_where_the_limit_is_reached(string anchor, string use, string path, int line, int column)
    {
        // There is room for three: the fourth is the one that is too much.
        var text = anchor.Length == 0
            ? $"Properties: {{ x: {{ Default: {Long} }} }}\nTargets:\n- Label: t\n  Namespace: A\n  Config:\n    L: [{use},\n      {use},\n      {use}]\n"
            : $"Targets:\n- Label: t\n  Namespace: A\n  Config:\n    L: [{anchor}{Long},\n      {use},\n      {use},\n      {use}]\n";

        var wrong = Assert.Single(Read(text, 10_000).Diagnostics);

        Assert.Equal((DiagnosticCodes.TooLarge, path, line, column), (wrong.Code, wrong.Path, wrong.Line, wrong.Column));
    }

    [Fact]
    public void A_key_that_is_too_much_is_refused_where_its_alias_stands()
    {
        var wrong = Assert.Single(Read(Yaml($"A: {{? &x {Long} : 1}}\n    B: {{*x : 2}}\n    C: {{*x : 3}}\n    D: {{*x : 3}}"), 10_000).Diagnostics);

        Assert.Equal((DiagnosticCodes.TooLarge, 8), (wrong.Code, wrong.Line));
    }

    [Theory]
    [InlineData("&x ", "- *x\n", "", "")]
    [InlineData("", "- \"${property:x}\"\n", "", "")]
    [InlineData("", "${property:x}", "- \"", "\"")]
    [InlineData("", "${secret:x}", "- \"", "\"")]
    [InlineData("", "${property:x}${resource:a.Id}", "- \"", "\"")]
    [InlineData("", "<${property:x}$${", "- \"", "\"")]
    public void What_would_be_hundreds_of_megabytes_takes_no_memory_before_it_is_refused(string anchor, string use, string before, string after)
    {
        var big = new string('b', 200_000);
        var text = new StringBuilder(anchor.Length == 0 ? $"Properties: {{ x: {{ Default: {big} }} }}\n" : "").Append("Resources:\n- Label: t\n  Type: A::B::C\n  Properties:\n    L:\n");
        if (anchor.Length > 0)
            text.Append($"    - {anchor}{big}\n");
        text.Append(use.StartsWith('-') ? "" : "    ").Append(before);
        for (var i = 0; i < 1_000; i++)
            text.Append(use.StartsWith('-') ? "    " : "").Append(use);
        var document = Encoding.UTF8.GetBytes(text.Append(after).ToString());
        var limits = new FormaLimits { MaxBytes = 1_000_000 };

        foreach (var isForParametersOnly in (bool[])[false, true])
        {
            if (isForParametersOnly && use.Contains("secret", StringComparison.Ordinal))
                continue;
            var inputs = new DocumentInputs { Secret = isForParametersOnly ? null : _ => big, IsForParametersOnly = isForParametersOnly };
            var spent = GC.GetAllocatedBytesForCurrentThread();
            var reading = FormaReader.Read(document, DocumentFormat.Yaml, limits, inputs);
            spent = GC.GetAllocatedBytesForCurrentThread() - spent;

            Assert.Equal(DiagnosticCodes.TooLarge, Assert.Single(reading.Diagnostics).Code);
            Assert.True(spent < 30 * limits.MaxBytes, $"{spent:N0} bytes were allocated for a document of {document.Length:N0}.");
        }
    }

    [Fact]
    public void Merges_that_bring_nothing_new_are_counted_as_well()
    {
        var text = new StringBuilder("a: &a {").AppendJoin(", ", Enumerable.Range(0, 2_000).Select(i => $"k{i}: 1")).Append("}\nb: {<<: [").AppendJoin(", ", Enumerable.Repeat("*a", 20_000)).Append("]}\n");

        Assert.Equal(DiagnosticCodes.TooManyAliases, Assert.Single(FormaReader.Read(Encoding.UTF8.GetBytes(text.ToString()), DocumentFormat.Yaml).Diagnostics).Code);
    }

    [Fact]
    public void Parameters_read_alone_are_held_to_the_limit_too()
    {
        var text = $"Properties: {{ a: {{ Default: &x {Long} }}, b: {{ Default: *x }}, c: {{ Default: *x }} }}";

        var (parameters, diagnostics) = FormaReader.ReadParameters(Encoding.UTF8.GetBytes(text), DocumentFormat.Yaml, new FormaLimits { MaxBytes = 8_000 });

        Assert.Equal((0, DiagnosticCodes.TooLarge), (parameters.Count, Assert.Single(diagnostics).Code));
    }

    [Fact]
    public void Whatever_stands_for_whatever_the_limit_is_what_all_of_it_becomes() => Prop.ForAll(Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), seed =>
    {
        var (yaml, json) = new Drawing(new Random(seed)).Draw();
        var length = Encoding.UTF8.GetByteCount(json);
        if (Encoding.UTF8.GetByteCount(yaml) >= length)
            return true;
        var read = Read(yaml, length);
        var refused = Read(yaml, length - 1);
        return read.Forma is not null && json.Contains(read.Forma.Targets[0].Config!.Value.GetRawText(), StringComparison.Ordinal) && refused.Forma is null && refused.Diagnostics.Single().Code == DiagnosticCodes.TooLarge;
    }).Check(PropertyCases.Of(500));

    private static FormaReading Read(string document, int limit) =>
        FormaReader.Read(Encoding.UTF8.GetBytes(document), DocumentFormat.Auto, new FormaLimits { MaxBytes = limit }, new DocumentInputs
        {
            Parameters = document.Contains("given", StringComparison.Ordinal) ? new Dictionary<string, string> { ["given"] = Long } : [],
            Secret = _ => Long,
        });

    private static string Yaml(string config, string? parameter = null) =>
        (parameter is null ? "" : $"Properties: {{x: {{Default: '{parameter}'}}}}\n") + $"Targets:\n- Label: t\n  Namespace: A\n  Config:\n    {config}\n";

    private static string Json(string config, string? parameter = null, string name = "x") =>
        "{" + (parameter is null ? "" : $$$"""
        "Properties":{"{{{name}}}":{"Default":"{{{parameter}}}"}},
        """) + $$"""
        "Targets":[{"Label":"t","Namespace":"A","Config":{{config}}}]}
        """;

    private static string Bells(int count) => string.Concat(Enumerable.Repeat("\\u0007", count));

    /// <summary>Values with aliases of earlier ones among them, as YAML, and beside it the same written out.</summary>
    private sealed class Drawing(Random random)
    {
        private readonly List<string> _anchored = [];

        public (string Yaml, string Json) Draw()
        {
            var (yaml, json) = Sequence(0);
            var again = Enumerable.Range(0, 20).Select(_ => random.Next(_anchored.Count)).ToList();
            (yaml, json) = ($"[{yaml}{string.Concat(again.Select(which => $", *a{which} "))}]", $"[{json}{string.Concat(again.Select(which => $",{_anchored[which]}"))}]");
            return ($"Targets:\n- Label: t\n  Namespace: A\n  Config: {{L: {yaml}}}\n", $$$"""{"Targets":[{"Label":"t","Namespace":"A","Config":{"L":{{{json}}}}}]}""");
        }

        private (string Yaml, string Json) Value(int depth)
        {
            if (_anchored.Count > 0 && random.Next(3) > 0)
            {
                var which = random.Next(_anchored.Count);
                return ($"*a{which} ", _anchored[which]);
            }

            var (yaml, json) = depth < 3 && random.Next(3) == 0 ? Sequence(depth + 1) : Text();
            _anchored.Add(json);
            return ($"&a{_anchored.Count - 1} {yaml}", json);
        }

        private (string Yaml, string Json) Sequence(int depth)
        {
            var items = Enumerable.Range(0, random.Next(1, 6)).Select(_ => Value(depth)).ToList();
            return ($"[{string.Join(", ", items.Select(item => item.Yaml))}]", $"[{string.Join(',', items.Select(item => item.Json))}]");
        }

        private (string Yaml, string Json) Text()
        {
            string[] pieces = ["abc", "é", "\\\"", "\\\\", "\\n", "😀", "<", "'"];
            var text = string.Concat(Enumerable.Range(0, random.Next(10, 60)).Select(_ => pieces[random.Next(pieces.Length)]));
            var plain = JsonSerializer.Deserialize<string>($"\"{text}\"")!;
            return ($"\"{text}\"", $"\"{JsonEncodedText.Encode(plain, JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"");
        }
    }
}
