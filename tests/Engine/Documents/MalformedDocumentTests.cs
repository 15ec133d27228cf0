using System.Text;
using Formae.Model;
using Formae.Protocol.Documents;

namespace Formae.Engine.Tests.Documents;

public sealed class MalformedDocumentTests
{
    public static TheoryData<string, string, string, string, int, int> Json => new()
    {
        // What it is, the text, then code, path, line, column.
        { "empty", "", DiagnosticCodes.SyntaxError, "", 1, 1 },
        { "white space", " \n ", DiagnosticCodes.SyntaxError, "", 1, 1 },
        { "a comment", "{\n  // no\n}", DiagnosticCodes.SyntaxError, "", 2, 3 },
        { "a trailing comma", "{\"Stacks\": [1,\n]}", DiagnosticCodes.SyntaxError, "", 1, 14 },
        { "a missing comma", "{\"Stacks\": []\n \"Targets\": []}", DiagnosticCodes.SyntaxError, "", 2, 2 },
        { "a missing colon", "{\"Stacks\" []}", DiagnosticCodes.SyntaxError, "", 1, 11 },
        { "single quotes", "{'Stacks': []}", DiagnosticCodes.SyntaxError, "", 1, 2 },
        { "a bare word", "{\"Stacks\": abc}", DiagnosticCodes.SyntaxError, "", 1, 12 },
        { "True", "{\"Stacks\": True}", DiagnosticCodes.SyntaxError, "", 1, 12 },
        { "a leading zero", "{\"Stacks\": 012}", DiagnosticCodes.SyntaxError, "", 1, 12 },
        { "an end too early", "{\"Stacks\": [", DiagnosticCodes.SyntaxError, "", 1, 13 },
        { "an open text", "{\"Stacks\": \"abc", DiagnosticCodes.SyntaxError, "", 1, 12 },
        { "a line break in a text", "{\"Stacks\": \"abc\ndef\"}", DiagnosticCodes.SyntaxError, "", 1, 16 },
        { "a bad escape", "{\"Stacks\": \"\\q\"}", DiagnosticCodes.SyntaxError, "", 1, 14 },
        { "something after the end", "{} {}", DiagnosticCodes.SyntaxError, "", 1, 4 },
        { "NUL", "{\0}", DiagnosticCodes.SyntaxError, "", 1, 2 },
        { "half a character", "{\"Stacks\": \"\\ud83d\"}", DiagnosticCodes.InvalidText, "", 1, 12 },
        { "a huge number", "{\"Properties\": 1e999}", DiagnosticCodes.UnsupportedNumber, "", 1, 16 },
        { "a list", "[]", DiagnosticCodes.WrongType, "", 1, 1 },
        { "a key twice", "{\"Stacks\": [],\n \"Stacks\": []}", DiagnosticCodes.DuplicateKey, "Stacks", 2, 2 },
        { "a key twice, escaped", "{\"Stacks\": [],\n \"St\\u0061cks\": []}", DiagnosticCodes.DuplicateKey, "Stacks", 2, 2 },
        { "a deep key twice", "{\"Targets\":[{\"Label\":\"t\",\"Namespace\":\"A\",\"Config\":{\"é\":1, \"é\":2}}]}", DiagnosticCodes.DuplicateKey, "Targets[0].Config.é", 1, 59 },
        { "stacks as an object", "{\"Stacks\": {}}", DiagnosticCodes.WrongType, "Stacks", 1, 12 },
        { "a label that is a number", "{\"Stacks\": [{\"Label\": 7}]}", DiagnosticCodes.WrongType, "Stacks[0].Label", 1, 23 },
        { "no label", "{\"Stacks\": [{}]}", DiagnosticCodes.MissingKey, "Stacks[0]", 1, 13 },
        { "an empty label", "{\"Stacks\": [{\"Label\": \" \"}]}", DiagnosticCodes.InvalidLabel, "Stacks[0].Label", 1, 23 },
        { "a control character in a label", "{\"Stacks\": [{\"Label\": \"a\\tb\"}]}", DiagnosticCodes.InvalidLabel, "Stacks[0].Label", 1, 23 },
        { "the reserved stack", "{\"Stacks\": [{\"Label\": \"$unmanaged\"}]}", DiagnosticCodes.ReservedStack, "Stacks[0]", 1, 13 },
        { "a stack twice", "{\"Stacks\": [{\"Label\": \"a\"},\n{\"Label\": \"a\"}]}", DiagnosticCodes.DuplicateStack, "Stacks[1]", 2, 1 },
        { "a target twice", "{\"Targets\": [{\"Label\": \"a\",\"Namespace\":\"A\"},\n{\"Label\": \"a\",\"Namespace\":\"A\"}]}", DiagnosticCodes.DuplicateTarget, "Targets[1]", 2, 1 },
        { "no type", "{\"Resources\": [{\"Label\":\"a\"}]}", DiagnosticCodes.MissingKey, "Resources[0]", 1, 16 },
        { "a type of two parts", "{\"Resources\": [{\"Label\":\"a\",\"Type\":\"A::B\"}]}", DiagnosticCodes.InvalidType, "Resources[0].Type", 1, 36 },
        { "a resource twice", "{\"Stacks\":[{\"Label\":\"s\"}],\"Resources\": [{\"Label\":\"a\",\"Type\":\"A::B::C\"},\n  {\"Label\":\"a\",\"Type\":\"a::b::c\",\"Stack\":\"s\"}]}", DiagnosticCodes.DuplicateResource, "Resources[1]", 2, 3 },
        { "properties as a list", "{\"Resources\": [{\"Label\":\"a\",\"Type\":\"A::B::C\",\"Properties\":[]}]}", DiagnosticCodes.WrongType, "Resources[0].Properties", 1, 59 },
        { "an unknown update method", "{\"Resources\": [{\"Label\":\"a\",\"Type\":\"A::B::C\",\"Schema\":{\"Hints\":{\"X\":{\"UpdateMethod\":\"Sett\"}}}}]}", DiagnosticCodes.UnknownValue, "Resources[0].Schema.Hints.X.UpdateMethod", 1, 85 },
    };

    public static TheoryData<string, string, string, string, int, int> Yaml => new()
    {
        { "empty", "# nothing\n", DiagnosticCodes.SyntaxError, "", 1, 1 },
        { "a tab", "Stacks:\n\t- Label: a", DiagnosticCodes.SyntaxError, "", 2, 1 },
        { "a colon in a text", "Description:\n  Text: a: b", DiagnosticCodes.SyntaxError, "", 2, 10 },
        { "an open quote", "Stacks: \"abc", DiagnosticCodes.SyntaxError, "", 1, 9 },
        { "two documents", "Stacks: []\n---\nStacks: []", DiagnosticCodes.UnsupportedYaml, "", 2, 1 },
        { "a tag", "Stacks: !!python/object []", DiagnosticCodes.UnsupportedYaml, "", 1, 9 },
        { "a key that is a list", "? [a]\n: b", DiagnosticCodes.UnsupportedYaml, "", 1, 3 },
        { "an unknown alias", "Stacks: *nobody", DiagnosticCodes.SyntaxError, "", 1, 9 },
        { "a value within itself", "Stacks: &a\n  - *a", DiagnosticCodes.UnsupportedYaml, "", 2, 5 },
        { "not a number", "Targets:\n- Label: t\n  Namespace: A\n  Config:\n    X: .nan", DiagnosticCodes.UnsupportedNumber, "", 5, 8 },
        { "a key twice", "Stacks: []\nStacks: []", DiagnosticCodes.DuplicateKey, "Stacks", 2, 1 },
        { "a label that is a number", "Stacks:\n- Label: 7", DiagnosticCodes.WrongType, "Stacks[0].Label", 2, 10 },
        { "a merge of a text", "Stacks:\n- <<: abc", DiagnosticCodes.UnsupportedYaml, "", 2, 7 },
        { "no type", "Resources:\n  - Label: a", DiagnosticCodes.MissingKey, "Resources[0]", 2, 5 },
    };

    [Theory, MemberData(nameof(Json))]
    public void A_mistake_in_JSON_is_named_where_it_is(string what, string text, string code, string path, int line, int column) =>
        IsNamed(what, FormaReader.Read(Encoding.UTF8.GetBytes(text), DocumentFormat.Json), code, path, line, column);

    [Theory, MemberData(nameof(Yaml))]
    public void A_mistake_in_YAML_is_named_where_it_is(string what, string text, string code, string path, int line, int column) =>
        IsNamed(what, FormaReader.Read(Encoding.UTF8.GetBytes(text), DocumentFormat.Yaml), code, path, line, column);

    [Fact]
    public void An_unknown_key_is_a_warning_that_suggests_the_right_one()
    {
        var reading = Read("""{"stacks": [], "Resuorces": [], "Nonsense": 1}""");

        Assert.NotNull(reading.Forma);
        Assert.Equal(["'stacks' means nothing here and is ignored. Did you mean 'Stacks'?", "'Resuorces' means nothing here and is ignored. Did you mean 'Resources'?", "'Nonsense' means nothing here and is ignored."],
            reading.Diagnostics.Select(diagnostic => diagnostic.Summary));
        Assert.All(reading.Diagnostics, diagnostic => Assert.Equal((Severity.Warning, DiagnosticCodes.UnknownKey), (diagnostic.Severity, diagnostic.Code)));
    }

    [Fact]
    public void What_is_no_UTF_8_is_named_by_byte_and_line()
    {
        var wrong = Assert.Single(FormaReader.Read((byte[])[(byte)'{', (byte)'\n', (byte)' ', 0xC3, (byte)'}']).Diagnostics);

        Assert.Equal((DiagnosticCodes.InvalidUtf8, 2, 2), (wrong.Code, wrong.Line, wrong.Column));
        Assert.Contains("Byte 3 (0xC3)", wrong.Summary, StringComparison.Ordinal);
    }

    [Fact]
    public void A_document_of_another_encoding_is_told_so() =>
        Assert.Contains("UTF-16", Assert.Single(FormaReader.Read(Encoding.Unicode.GetPreamble().Concat(Encoding.Unicode.GetBytes("{}")).ToArray()).Diagnostics).Summary, StringComparison.Ordinal);

    [Theory]
    [InlineData("[", "]", DocumentFormat.Json)]
    [InlineData("{\"a\":", "}", DocumentFormat.Json)]
    [InlineData("[", "]", DocumentFormat.Yaml)]
    [InlineData("{a: ", "}", DocumentFormat.Yaml)]
    public void Ten_thousand_levels_are_refused_and_overflow_nothing(string open, string close, DocumentFormat format)
    {
        var text = string.Concat(Enumerable.Repeat(open, 10_000)) + "1" + string.Concat(Enumerable.Repeat(close, 10_000));

        Assert.Equal(DiagnosticCodes.TooDeep, Assert.Single(FormaReader.Read(Encoding.UTF8.GetBytes(text), format).Diagnostics).Code);
    }

    [Fact]
    public void As_deep_as_the_limit_is_read()
    {
        var nested = string.Concat(Enumerable.Repeat("{\"a\":", 120)) + "1" + new string('}', 120);

        Assert.NotNull(Read($$"""{"Targets":[{"Label":"t","Namespace":"A","Config":{{nested}} }]}""").Forma);
    }

    [Fact]
    public void Limits_hold()
    {
        var limits = new FormaLimits { MaxBytes = 60, MaxResources = 1 };

        Assert.Equal(DiagnosticCodes.TooLarge, Assert.Single(FormaReader.Read(new byte[61], DocumentFormat.Json, limits).Diagnostics).Code);
        Assert.Equal(DiagnosticCodes.TooManyResources, Assert.Single(FormaReader.Read("""{"Resources":[{},{}]}"""u8.ToArray(), DocumentFormat.Json, limits).Diagnostics).Code);
    }

    [Fact]
    public void A_billion_laughs_are_refused()
    {
        var text = new StringBuilder("Description: {Text: x}\na0: &a0 [x,x,x,x,x,x,x,x,x,x]\n");
        for (var i = 1; i < 10; i++)
            text.AppendLine($"a{i}: &a{i} [{string.Join(',', Enumerable.Repeat($"*a{i - 1}", 10))}]");

        Assert.Equal(DiagnosticCodes.TooManyAliases, Assert.Single(FormaReader.Read(Encoding.UTF8.GetBytes(text.ToString()), DocumentFormat.Yaml).Diagnostics, diagnostic => diagnostic.Severity == Severity.Error).Code);
    }

    [Fact]
    public void Merges_of_merges_are_refused_as_well()
    {
        var text = new StringBuilder("a0: &a0 {x: 1}\n");
        for (var i = 1; i < 30; i++)
            text.AppendLine($"a{i}: &a{i} {{<<: [{string.Join(',', Enumerable.Repeat($"*a{i - 1}", 5))}]}}");

        Assert.Contains(FormaReader.Read(Encoding.UTF8.GetBytes(text.ToString()), DocumentFormat.Yaml).Diagnostics, diagnostic => diagnostic.Code == DiagnosticCodes.TooManyAliases);
    }

    [Fact]
    public void Only_so_many_mistakes_are_told_at_once() =>
        Assert.Equal(200, Read($$"""{"Stacks":[{{string.Join(',', Enumerable.Repeat("{}", 1000))}}]}""").Diagnostics.Count);

    private static FormaReading Read(string text) => FormaReader.Read(Encoding.UTF8.GetBytes(text));

    private static void IsNamed(string what, FormaReading reading, string code, string path, int line, int column)
    {
        Assert.Null(reading.Forma);
        var wrong = reading.Diagnostics.First(diagnostic => diagnostic.Severity == Severity.Error);
        Assert.True((wrong.Code, wrong.Path, wrong.Line, wrong.Column) == (code, path, line, column), $"{what}: {wrong} at '{wrong.Path}', not {code} at '{path}' {line}:{column}");
    }
}
