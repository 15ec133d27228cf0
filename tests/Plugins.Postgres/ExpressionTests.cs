namespace Formae.Plugins.Postgres.Tests;

public sealed class ExpressionTests
{
    [Theory]
    [InlineData("int")]
    [InlineData("varchar(20)[]")]
    [InlineData("'it''s (one'")]
    [InlineData("E'a\\'; b'")]
    [InlineData("lower(\"Odd)name\")")]
    [InlineData("$tag$ ; -- ' ( $tag$")]
    [InlineData("a - -1 > b / 2 and c ? 'x'")]
    [InlineData("(1, 2)")]
    public void One_piece_passes_as_it_is(string text) => Assert.Equal(text, Expression.Checked("Default", text));

    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    [InlineData("0); DROP TABLE orders; --")]
    [InlineData("0) , x int DEFAULT (1")]
    [InlineData("int -- hides the rest")]
    [InlineData("int /* hides the rest")]
    [InlineData("int, evil int")]
    [InlineData("'open")]
    [InlineData("E'open\\'")]
    [InlineData("\"open")]
    [InlineData("$a$ open $b$")]
    [InlineData("$1")]
    [InlineData("(1]")]
    [InlineData("(1")]
    [InlineData("select 1; select 2")]
    [InlineData("'\0'")]
    public void What_could_end_the_statement_or_hide_its_rest_is_refused_with_its_path(string text)
    {
        var refused = Assert.Throws<RefusedException>(() => Expression.Checked("Columns[a].Default", text));

        Assert.Contains("Columns[a].Default", refused.Problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("plain", "\"plain\"")]
    [InlineData("a\"; DROP ROLE x; --", "\"a\"\"; DROP ROLE x; --\"")]
    public void A_name_is_quoted(string name, string quoted) => Assert.Equal(quoted, Quoted.Name(name));

    [Fact]
    public void A_name_that_no_object_can_have_is_refused()
    {
        Assert.Throws<RefusedException>(() => Quoted.Name(""));
        Assert.Throws<RefusedException>(() => Quoted.Name("a\0b"));
        Assert.Throws<RefusedException>(() => Quoted.Name(new string('ä', 32)));
        Assert.Equal($"\"{new string('a', 63)}\"", Quoted.Name(new string('a', 63)));
    }

    [Theory]
    [InlineData("it's", "'it''s'")]
    [InlineData("a\\'b", " E'a\\\\''b'")]
    public void A_text_is_quoted(string text, string quoted) => Assert.Equal(quoted, Quoted.Text(text));

    [Theory]
    [InlineData("shop", "a/b", "100%")]
    [InlineData("%2F", "/", "%")]
    [InlineData("ä \"'; --", "x", "y")]
    public void A_native_id_is_read_as_it_was_written(params string[] names) => Assert.Equal(names, NativeId.Names(NativeId.Of(names), names.Length));

    [Theory]
    [InlineData("a/b")]
    [InlineData("a/b/c/d")]
    [InlineData("a//c")]
    public void A_native_id_of_another_shape_is_refused(string id) => Assert.Throws<RefusedException>(() => NativeId.Names(id, 3));

    [Theory]
    [InlineData(null)]
    [InlineData("What people say")]
    [InlineData("Two\nlines")]
    [InlineData("looks like [formae 0123456789abcdef] but is none")]
    public void A_comment_comes_back_without_its_mark(string? comment)
    {
        var mark = OwnMark.Of("command/1/create-1");

        Assert.Equal((comment, mark), OwnMark.Read(OwnMark.Write(comment, mark)));
        Assert.Equal((comment, null), OwnMark.Read(OwnMark.Write(comment, null)));
    }
}
