using Formae.Coordination.Queries;

namespace Formae.Coordination.Tests.Queries;

public sealed class QueryTests
{
    private static readonly string[] Fields = ["stack", "type", "label"];

    [Theory]
    [InlineData("", true)]
    [InlineData("stack:web", true)]
    [InlineData("STACK:web", true)]
    [InlineData("stack:other", false)]
    [InlineData("stack:web stack:other", true)]
    [InlineData("stack:web label:missing", false)]
    [InlineData("-stack:web", false)]
    [InlineData("-stack:other", true)]
    [InlineData("+stack:web", true)]
    [InlineData("type:AWS::S3::*", true)]
    [InlineData("type:*::Bucket", true)]
    [InlineData("type:*S3*", true)]
    [InlineData("type:AWS*Buckets", false)]
    [InlineData("label:a*a", false)]
    [InlineData("stack:other -stack:other", true)]
    [InlineData("-stack:web +stack:web", true)]
    [InlineData("stack:web +stack:other", false)]
    [InlineData("+stack:web +stack:other", true)]
    [InlineData("-stack:web -stack:other", false)]
    [InlineData("type:aws::s3::bucket", true)]
    [InlineData("stack:WEB", false)]
    [InlineData("stack:w*b", true)]
    [InlineData("stack:*e*", true)]
    [InlineData("stack:w*e*b", true)]
    [InlineData("stack:web*web", false)]
    [InlineData("stack:we\\b", true)]
    [InlineData("stack:w\\*", false)]
    [InlineData("stack:w_b", false)]
    [InlineData("stack:%", false)]
    public void F180_terms_match_as_the_language_says(string text, bool matches)
    {
        Assert.True(Query.TryParse(text, Fields, out var query, out var problem), problem);

        Assert.Equal(matches, query.Matches(field => field.ToLowerInvariant() switch { "stack" => "web", "type" => "AWS::S3::Bucket", _ => "a" }));
    }

    [Theory]
    [InlineData("word", "field:value")]
    [InlineData("stack:", "empty")]
    [InlineData("stack:*", "lone *")]
    [InlineData("stack:**", "lone *")]
    [InlineData("stack:a?", "\\?")]
    [InlineData("owner:me", "no field 'owner'")]
    [InlineData(":x", "field:value")]
    [InlineData("stack:web AND label:a", "combined with AND")]
    [InlineData("stack:\"a b\"", "phrase")]
    [InlineData("stack:>5", "range")]
    [InlineData("stack:web~", "similar")]
    [InlineData("stack:web~2", "similar")]
    [InlineData("stack:web^3", "weight")]
    [InlineData("stack:/w.b/", "regular expression")]
    [InlineData("-", "field:value")]
    public void F180_a_query_that_means_nothing_is_refused_with_the_reason(string text, string reason)
    {
        Assert.False(Query.TryParse(text, Fields, out _, out var problem));

        Assert.Contains(reason, problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a b", "label:a\\ b")]
    [InlineData("a*b?", "label:a\\*b\\?")]
    [InlineData("/subscriptions/1", "label:/subscriptions/1")]
    [InlineData("a~b^c", "label:a~b^c")]
    [InlineData("1~", "label:1\\~")]
    [InlineData("\"quoted\"", "label:\\\"quoted\\\"")]
    public void F181_any_character_can_be_asked_for(string value, string text)
    {
        Assert.True(Query.TryParse(text, Fields, out var query, out var problem), problem);

        Assert.Equal(value, query.Exact("label"));
        Assert.True(query.Matches(_ => value));
    }

    [Fact]
    public void Whatever_is_written_is_understood_or_refused_with_a_reason()
    {
        const string Alphabet = "ab*?\\\" :+-~^/<>_%\t\u00E9\U0001F600stacklabel";
        var random = new Random(20260102);
        for (var i = 0; i < 20_000; i++)
        {
            var text = new string([.. Enumerable.Range(0, random.Next(1, 24)).Select(_ => Alphabet[random.Next(Alphabet.Length)])]);
            foreach (var query in new[] { text, $"label:{text}", $"-stack:{text} label:x" })
            {
                if (Query.TryParse(query, Fields, out var parsed, out var problem))
                    parsed.Matches(_ => text);
                else
                    Assert.False(string.IsNullOrWhiteSpace(problem), query);
            }

            // Behind backslashes every text is a value.
            Assert.True(Query.TryParse($"label:{string.Concat(text.Select(character => $"\\{character}"))}", Fields, out var exact, out var why), why);
            Assert.Equal(text, exact.Exact("label"));
        }
    }

    [Fact]
    public void One_exact_value_is_told_so_that_a_store_reads_only_that()
    {
        Query.TryParse("stack:web -label:x", Fields, out var query, out _);

        Assert.Equal("web", query.Exact("stack"));
        Assert.Null(query.Exact("label"));
        Assert.Null(query.Exact("type"));
    }
}
