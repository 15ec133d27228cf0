using System.Text;
using Formae.Model;
using Formae.Protocol.Documents;

namespace Formae.Engine.Tests.Documents;

/// <summary>What people get wrong in YAML is told in plain words, with the place.</summary>
public sealed class YamlMistakeTests
{
    /// <summary>The text, what is said of it, line and column.</summary>
    public static TheoryData<string, string, int, int> Mistakes => new()
    {
        { "Stacks: [ {Label: a}\nTargets: []\n", "The `[` of line 1 is not closed.", 1, 9 },
        { "Stacks: [ {Label: a}\n", "The `[` of line 1 is not closed.", 1, 9 },
        { "Stacks:\n  - { Label: a\n", "The `{` of line 2 is not closed.", 2, 5 },
        { "Stacks:\n  - { Label: a\n  - { Label: b }\n", "The `{` of line 2 is not closed.", 2, 5 },
        { "Stacks:\n  - { Label: a # }\nTargets: []\n", "The `{` of line 2 is not closed.", 2, 5 },
        { "Stacks:\n  - { Label: \"}\", Description: 'a }' \n", "The `{` of line 2 is not closed.", 2, 5 },
        { "Stacks: [ {Label: a] }\n", "The `{` of line 1 is not closed.", 1, 11 },
        { "Targets:\n  - Config: {\n    A: [1, 2\n    B: 2 }\n", "The `[` of line 3 is not closed.", 3, 8 },
        { "Stacks: [{Label: a Description: b}]\n", "A ',' is missing before this.", 1, 31 },
        { "Stacks: [{Label: \"a\" Description: b}]\n", "A ',' is missing before this.", 1, 22 },
        { "Stacks: [{\n  Label: a\n  Description: b\n}]\n", "A ',' is missing before this.", 3, 14 },
        { "Stacks: [] ]\n", "This `]` closes nothing.", 1, 12 },
        { "Stacks: []\n}\n", "This `}` closes nothing.", 2, 1 },
        { "Stacks:\n  - Label: {a}b\n", "Nothing can stand behind a `}`.", 2, 15 },
        { "Stacks:\n\t- Label: a\n", "A tab cannot indent YAML.", 2, 1 },
        { "Stacks:\n  - Label: a\n\t  Description: b\n", "A tab cannot indent YAML.", 3, 1 },
        { "Stacks:\r\n  - Label: a\r\n    Description: \"x\r\n", "The `\"` of line 3 is not closed.", 3, 18 },
        { "Stacks:\n  - Label: \"a\n    Description: b\n", "The `\"` of line 2 is not closed.", 2, 12 },
        { "Stacks:\n  - Label: \"a\n    Description: \"b\"\n", "The `\"` of line 2 is not closed.", 2, 12 },
        { "Stacks:\n  - Label: 'a\n    Description: b\n", "The `'` of line 2 is not closed.", 2, 12 },
        { "Stacks:\n  - Label: \"a\" b\n", "Nothing can stand behind a text in quotes.", 2, 16 },
        { "Stacks:\n  - Label: \"a\\q\"\n", "There is no escape sequence `\\q`.", 2, 14 },
        { "Stacks:\n  - Label: \"a\\u12\"\n", "A hexadecimal digit is expected here.", 2, 16 },
        { "Stacks:\n  - Label: a: b\n", "A second ': ' cannot stand in this line.", 2, 13 },
        { "Stacks: [] Targets: []\n", "A second ': ' cannot stand in this line.", 1, 19 },
        { "Stacks:\n  - Label: a\n      Description: b\n", "This key stands deeper than the line above, which is a text already.", 3, 18 },
        { "Stacks\nTargets: []\n", "A ': ' is missing in this line.", 1, 1 },
        { "Stacks:\n  - Label a\n    Description: b\n", "A ': ' is missing in this line.", 2, 5 },
        { "Stacks:\n  - Label:a\n\n    Description: b\n", "A ': ' is missing in this line.", 2, 5 },
        { "Stacks:\n    - Label: a\n  - Label: b\n", "A `-` cannot stand here.", 3, 3 },
        { "Stacks: []\n- a\n", "A `-` cannot stand here.", 2, 1 },
        { "- a\nStacks: []\n", "A `-` is expected here, or a key that stands under the others.", 2, 1 },
        { "Stacks:\n  - Label: a\n   Description: b\n", "A `-` is expected here, or a key that stands under the others.", 3, 4 },
        { "Stacks:\n  - Label: a\nfoo\n", "A key is expected here.", 3, 1 },
        { "Stacks:\n  - Label: @a\n", "A value cannot begin with `@`.", 2, 12 },
        { "Stacks:\n  - Label: %a\n", "A value cannot begin with `%`.", 2, 12 },
        { "Stacks:\n  - Label: |x\n     a\n", "Behind '|' or '>' the line must end.", 2, 12 },
        { "Stacks:\n  - Label: & a\n", "A `&` stands before the name of an anchor, and here is none.", 2, 12 },
        { "%YAML 3.0\n---\nStacks: []\n", "This version of YAML is not known.", 1, 1 },
    };

    [Theory, MemberData(nameof(Mistakes))]
    public void A_mistake_says_what_was_expected_and_where(string text, string summary, int line, int column)
    {
        var wrong = Assert.Single(FormaReader.Read(Encoding.UTF8.GetBytes(text), DocumentFormat.Yaml).Diagnostics);

        Assert.Equal((DiagnosticCodes.SyntaxError, summary, line, column), (wrong.Code, wrong.Summary, wrong.Line!.Value, wrong.Column!.Value));
    }

    /// <summary>What looks like a mistake to a quick eye, and is none.</summary>
    [Theory]
    [InlineData("Stacks: [ {Label: a,\n  Description: \"[ { ' #\"} ] # [\n")]
    [InlineData("Stacks:\n  - Label: a[0]{\n    Description: it's 5 o'clock, isn't it?\n")]
    [InlineData("Stacks:\n  - Label: a\n    Description: |\n      [ { \" '\n")]
    public void What_is_right_is_read(string text) =>
        Assert.DoesNotContain(FormaReader.Read(Encoding.UTF8.GetBytes(text), DocumentFormat.Yaml).Diagnostics, one => one.Severity == Severity.Error);

    [Fact]
    public void A_template_that_is_not_in_quotes_brings_the_advice_to_put_it_there()
    {
        var wrong = Assert.Single(FormaReader.Read("Stacks: {{ x }}\n"u8.ToArray(), DocumentFormat.Yaml).Diagnostics);

        Assert.Equal((DiagnosticCodes.UnsupportedYaml, "A text that begins with '{' or '[' stands in quotes."), (wrong.Code, wrong.Detail));
    }
}
