using System.Text.Json;
using Formae.Engine.Reports;
using Formae.Model;
using static Formae.Engine.Tests.Diff.DiffExampleTests;

namespace Formae.Engine.Tests.Diff;

/// <summary>What is declared of several alternatives takes the place of what is stored of the others.</summary>
public sealed class AlternativeTests
{
    private static readonly ResourceSchema Content = Schema(("Text", new FieldHint { OneOf = "content" }), ("Base64", new FieldHint { OneOf = "content" }), ("Name", new FieldHint()));

    private static readonly ResourceSchema Columns = Schema(
        ("Columns", new FieldHint { UpdateMethod = UpdateMethod.EntitySet, IndexField = "Name" }),
        ("Columns.Default", new FieldHint { OneOf = "value" }),
        ("Columns.Identity", new FieldHint { OneOf = "value" }));

    private static readonly ResourceSchema Table = Schema(
        ("Mode", new FieldHint { HasProviderDefault = true }),
        ("Rate", new FieldHint { OnlyWhen = new FieldCondition { Field = "Mode", Value = "Fixed" } }),
        ("Note", new FieldHint()),
        ("Plain", new FieldHint()),
        ("Plain.Rate", new FieldHint { OnlyWhen = new FieldCondition { Field = "Mode", Value = "Fixed" } }),
        ("Indexes", new FieldHint { UpdateMethod = UpdateMethod.EntitySet, IndexField = "Name" }),
        ("Indexes.Rate", new FieldHint { OnlyWhen = new FieldCondition { Field = "Mode", Value = "Fixed" } }));

    /// <summary>What it shows; stored; declared; the operations of a reconcile; those of a patch where they are others.</summary>
    public static TheoryData<string, string, string, string, string?> OneOf => new()
    {
        { "the other one goes", """{"Text":"a","Name":"n"}""", """{"Base64":"YQ=="}""", """[+/Base64="YQ=="][-/Text]""", null },
        { "the same one changes", """{"Text":"a"}""", """{"Text":"b"}""", """[=/Text="b"]""", null },
        { "nothing changes", """{"Text":"a"}""", """{"Text":"a"}""", "", null },
        { "neither is declared", """{"Text":"a"}""", """{"Name":"n"}""", """[+/Name="n"]""", null },
        { "an empty text is left out", """{"Text":"a"}""", """{"Base64":""}""", "", null },
        { "null is left out", """{"Text":"a"}""", """{"Base64":null}""", "", null },
        { "beside an empty text", """{"Text":"a"}""", """{"Base64":"YQ==","Text":""}""", """[+/Base64="YQ=="][-/Text]""", null },
        { "by a reference", """{"Text":"a"}""", """{"Base64":{"$ref":"formae://000000000000000000000000000#/Id"}}""", """[+/Base64={"$ref":"formae://000000000000000000000000000#/Id"}][-/Text]""", null },
        { "both are stored", """{"Text":"a","Base64":"YQ=="}""", """{"Text":"a"}""", "[-/Base64]", null },
    };

    [Theory, MemberData(nameof(OneOf))]
    public void One_of_several(string what, string stored, string declared, string reconcile, string? patch) => Holds(what, Content, stored, declared, reconcile, patch);

    [Fact]
    public void One_of_several_in_an_element_with_a_key() => Holds(
        "an element is changed, others stay",
        Columns,
        """{"Columns":[{"Name":"a","Default":"1"},{"Name":"b","Default":"2"}]}""",
        """{"Columns":[{"Name":"b","Identity":"Always"},{"Name":"a"}]}""",
        """[+/Columns/1/Identity="Always"][-/Columns/1/Default]""");

    [Fact]
    public void One_of_several_behind_an_element_that_goes() => Holds(
        "the index is the one after the removal",
        Columns,
        """{"Columns":[{"Name":"a","Default":"1"},{"Name":"b","Default":"2"}]}""",
        """{"Columns":[{"Name":"b","Identity":"Always"}]}""",
        """[-/Columns/0][+/Columns/0/Identity="Always"][-/Columns/0/Default]""",
        """[+/Columns/1/Identity="Always"][-/Columns/1/Default]""");

    /// <summary>As above.</summary>
    public static TheoryData<string, string, string, string, string?> OnlyWhen => new()
    {
        { "another value", """{"Mode":"Fixed","Rate":1}""", """{"Mode":"Free"}""", """[=/Mode="Free"][-/Rate]""", null },
        { "the value", """{"Mode":"Fixed","Rate":1}""", """{"Mode":"Fixed"}""", "", null },
        { "no value", """{"Mode":"Fixed","Rate":1}""", """{"Note":"n"}""", """[+/Note="n"]""", null },
        { "both as before", """{"Mode":"Fixed","Rate":1}""", """{"Mode":"Fixed","Rate":2}""", "[=/Rate=2]", null },
        { "the field alone, against another stored value", """{"Mode":"Free"}""", """{"Rate":1}""", """[+/Rate=1][-/Mode]""", null },
        { "the field alone, with the stored value", """{"Mode":"Fixed"}""", """{"Rate":1}""", "[+/Rate=1]", null },
        { "a value that is not known yet", """{"Mode":"Fixed","Rate":1}""", """{"Mode":{"$ref":"formae://000000000000000000000000000#/Id"}}""", """[=/Mode={"$ref":"formae://000000000000000000000000000#/Id"}]""", null },
        { "in an object that nobody mentions", """{"Mode":"Fixed","Plain":{"Rate":1,"A":1}}""", """{"Mode":"Free"}""", """[=/Mode="Free"][-/Plain/Rate]""", null },
        { "in an object that is mentioned", """{"Mode":"Fixed","Plain":{"Rate":1,"A":1}}""", """{"Mode":"Free","Plain":{"A":2}}""", """[=/Mode="Free"][=/Plain/A=2][-/Plain/Rate]""", null },
        { "in elements with a key", """{"Mode":"Fixed","Indexes":[{"Name":"a","Rate":1},{"Name":"b","Rate":1}]}""", """{"Mode":"Free","Indexes":[{"Name":"b"}]}""", """[=/Mode="Free"][-/Indexes/0][-/Indexes/0/Rate]""", """[=/Mode="Free"][-/Indexes/0/Rate][-/Indexes/1/Rate]""" },
        { "in elements that nobody mentions", """{"Mode":"Fixed","Indexes":[{"Name":"a","Rate":1}]}""", """{"Mode":"Free"}""", """[=/Mode="Free"][-/Indexes]""", """[=/Mode="Free"][-/Indexes/0/Rate]""" },
    };

    [Theory, MemberData(nameof(OnlyWhen))]
    public void A_field_that_goes_with_a_value(string what, string stored, string declared, string reconcile, string? patch) => Holds(what, Table, stored, declared, reconcile, patch);

    [Fact]
    public void Alternatives_that_are_set_at_creation_make_a_new_object() =>
        Assert.True(PropertyDiff.Between(
            Json("""{"A":1,"B":1}"""), Json("""{"B":1,"C":1}"""), Schema(("A", new FieldHint { OneOf = "x", CreateOnly = true }), ("C", new FieldHint { OneOf = "x" })), DiffMode.Exact).NeedsReplace);

    [Fact]
    public void A_report_of_one_alternative_takes_the_place_of_the_other()
    {
        Assert.Equal("""{"Base64":"YQ==","Name":"n"}""", StoredState.Merge(Json("""{"Text":"a","Name":"n"}"""), Json("""{"Base64":"YQ=="}"""), Content).Properties.GetRawText());
        Assert.Equal("""{"Columns":[{"Name":"b","Identity":"Always"}]}""", StoredState.Merge(Json("""{"Columns":[{"Name":"b","Default":"2"}]}"""), Json("""{"Columns":[{"Name":"b","Identity":"Always"}]}"""), Columns).Properties.GetRawText());
        Assert.Equal("""{"Mode":"Free"}""", StoredState.Merge(Json("""{"Mode":"Fixed","Rate":1}"""), Json("""{"Mode":"Free"}"""), Table).Properties.GetRawText());
    }

    private static void Holds(string what, ResourceSchema schema, string stored, string declared, string reconcile, string? patch = null)
    {
        Assert.NotEmpty(what);
        foreach (var (mode, expected) in new[] { (DiffMode.Exact, reconcile), (DiffMode.EnsureExists, patch ?? reconcile) })
        {
            var diff = PropertyDiff.Between(Json(stored), Json(declared), schema, mode);
            Assert.Equal(expected, Told(diff));

            // What comes out of it asks for nothing more, and is what the plugin's patch leads to.
            var merged = diff.ApplyTo(Json(stored));
            Assert.Equal("", Told(PropertyDiff.Between(merged, Json(declared), schema, mode)));
            Assert.Equal(merged.GetRawText(), PropertyDiff.Between(Json(stored), merged, schema, DiffMode.Exact).ApplyTo(Json(stored)).GetRawText());
        }
    }
}
