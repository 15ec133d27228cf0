namespace Formae.Architecture.Tests.Bicep;

/// <summary>The reader sees what is there, and says where it does not understand.</summary>
public sealed class BicepReaderTests
{
    [Fact]
    public void Declarations_have_kinds_names_types_and_values()
    {
        var file = Read("""
            @description('What it is called.')
            @minLength(2)
            param name string
            param sizes (512 | 2048)[] = [512, 2048]
            var all = union(tags, { 'a-b': name, c: true }) // behind it
            param tags { *: string } = {}
            output first string = '${name}-${all.?c ?? 'none'}-\'x\''
            """);

        Assert.Equal(["param name", "param sizes", "var all", "param tags", "output first"], file.Declarations.Select(declaration => $"{declaration.Kind} {declaration.Name}"));
        Assert.Equal("What it is called.", file.Declarations[0].Description);
        Assert.Equal("(512 | 2048)[]", file.Declarations[1].Type);
        var text = Assert.IsType<Node.Text>(file.Declarations[4].Value);
        Assert.Equal("{}-{}-'x'", text.Pattern);
        Assert.IsType<Node.Operation>(text.Holes[1]);
    }

    [Fact]
    public void Resources_have_children_loops_and_conditions()
    {
        var file = Read("""
            resource account 'Microsoft.Storage/storageAccounts@2024-01-01' = if (!empty(name)) {
              name: name
              properties: {
                isOpen: false
              }

              resource blobs 'blobServices' = {
                name: 'default'

                resource one 'containers' existing = {
                  name: 'one'
                }
              }
            }

            resource rights 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
              for (id, index) in ids: if (index > 0) {
                name: guid(account::blobs.id, id)
                scope: account::blobs::one
              }
            ]
            """);

        Assert.Equal(
            ["Microsoft.Storage/storageAccounts@2024-01-01", "Microsoft.Storage/storageAccounts/blobServices@2024-01-01", "Microsoft.Storage/storageAccounts/blobServices/containers@2024-01-01", "Microsoft.Authorization/roleAssignments@2022-04-01"],
            file.Resources.Select(resource => $"{resource.Type}@{resource.Version}"));
        Assert.Equal("false", file.Declarations[0].Body.WrittenAt("properties", "isOpen"));
        Assert.True(file.Resources.ElementAt(2).Resource.IsExisting);
        Assert.Equal(new Node.Member(new Node.Member(new Node.Symbol("account"), "blobs"), "one"), file.Declarations[1].Body["scope"]);
    }

    [Fact]
    public void A_choice_may_stand_on_several_lines()
    {
        var file = Read("""
            var settings = isPrivate
              ? {
                  A: module!.outputs.a
                }
              : {}
            var names = map(plugins, plugin => plugin.name)
            """);
        Assert.IsType<Node.Choice>(file.Declarations[0].Value);
        Assert.IsType<Node.Lambda>(Assert.IsType<Node.Call>(file.Declarations[1].Value).Arguments[1]);
    }

    [Theory]
    [InlineData("param name", "there is no type")]
    [InlineData("param name = 'x'", "there is no type")]
    [InlineData("param a string\nparam b", ":2: there is no type")]
    [InlineData("var a = {\n  b: 1\n", "a name is missing")]
    [InlineData("var a = 'x", "a string is never closed")]
    [InlineData("var a = '${b'", "'}' is missing")]
    [InlineData("var a = b ? 1", "a choice has no second way")]
    [InlineData("var a = { b: 1, b: 2 }", "the property 'b' is there twice")]
    [InlineData("var a = { b: 1 c: 2 }", "neither a comma nor a new line")]
    [InlineData("var a = 1\nvar a = 2", ":2: 'a' is declared twice")]
    [InlineData("variable a = 1", "'variable' declares nothing")]
    [InlineData("resource a = {}", "a name is missing")]
    [InlineData("var a = 1 var b = 2", "no new line begins")]
    [InlineData("var a = [for b in c 1]", "':' is missing")]
    public void What_is_not_understood_is_a_mistake_with_a_place(string text, string mistake)
    {
        var thrown = Assert.Throws<FormatException>(() => Read(text)).Message;
        Assert.StartsWith("sample.bicep:", thrown, StringComparison.Ordinal);
        Assert.Contains(mistake, thrown, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("param used string\nvar alsoUsed = used\noutput a string = alsoUsed", null)]
    [InlineData("param a string", "nobody uses 'a'")]
    [InlineData("output a string = b", "nobody declares 'b'")]
    [InlineData("output a array = [for b in ['x']: c]", "nobody declares 'c'")]
    [InlineData("output a array = [for b in ['x']: b]", null)]
    [InlineData("output a string = unheardOf('x')", "'unheardOf' is no function")]
    [InlineData("module m 'called.bicep' = { params: { needed: 'x' } }\noutput a string = m.outputs.given", null)]
    [InlineData("module m 'called.bicep' = { params: {} }", "needs the parameter 'needed'")]
    [InlineData("module m 'called.bicep' = { params: { needed: 'x', other: 1 } }", "knows no parameter 'other'")]
    [InlineData("module m 'called.bicep' = { params: { needed: 'x' } }\noutput a string = m.outputs.missing", "has no output 'missing'")]
    public void Names_are_checked(string text, string? mistake)
    {
        var called = BicepReader.Read("called.bicep", "param needed string\nparam left string = ''\noutput given string = '${needed}${left}'");
        var mistakes = BicepCheck.Mistakes(Read(text), _ => called).ToList();
        if (mistake is null)
            Assert.Empty(mistakes);
        else
            Assert.Contains(mistake, Assert.Single(mistakes), StringComparison.Ordinal);
    }

    private static BicepFile Read(string text) => BicepReader.Read("sample.bicep", text);
}
