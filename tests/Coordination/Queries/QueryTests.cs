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
    public void Terms_match_as_the_language_says(string text, bool matches)
    {
        Assert.True(Query.TryParse(text, Fields, out var query, out var problem), problem);

        Assert.Equal(matches, query.Matches(field => field.ToLowerInvariant() switch { "stack" => "web", "type" => "AWS::S3::Bucket", _ => "a" }));
    }

    [Theory]
    [InlineData("word", "field:value")]
    [InlineData("stack:", "empty")]
    [InlineData("stack:*", "lone *")]
    [InlineData("stack:a?", "?")]
    [InlineData("owner:me", "no field 'owner'")]
    [InlineData(":x", "field:value")]
    public void A_query_that_means_nothing_is_refused_with_the_reason(string text, string reason)
    {
        Assert.False(Query.TryParse(text, Fields, out _, out var problem));

        Assert.Contains(reason, problem, StringComparison.Ordinal);
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
