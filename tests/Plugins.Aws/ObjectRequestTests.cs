using System.Net;
using Formae.Model;
using Formae.Sdk.Testing;

namespace Formae.Plugins.Aws.Tests;

/// <summary>What AWS is sent about objects, and what its answers lead to.</summary>
public sealed class ObjectRequestTests
{
    private static readonly object Desired = new { Bucket = "formae-bucket", Key = "a/b.txt", Content = "new", Metadata = new { owner = "x" }, Tags = new[] { new { Key = "k 1", Value = "v&1" } } };

    [Fact]
    public async Task A_create_is_one_put_on_the_condition_that_nothing_is_there()
    {
        var wire = new Wire().On("HEAD object", status: HttpStatusCode.NotFound).On("PUT object", headers: [("ETag", "\"e-1\""), ("x-amz-version-id", "v1")]);
        await using var aws = Aws.Start(wire);

        var report = await aws.SuccessAsync(Requests.Create(Aws.Object, Desired));

        var put = wire.Single("PUT object");
        Assert.Equal("new", put.Body);
        Assert.Equal("*", put.Headers["if-none-match"]);
        Assert.Equal("text/plain", put.Headers["content-type"]);
        Assert.Equal("x", put.Headers["x-amz-meta-owner"]);
        Assert.Equal(Requests.Ksuid, put.Headers["x-amz-meta-formae-ksuid"]);
        Assert.Equal("k%201=v%261", put.Headers["x-amz-tagging"]);

        // The bytes are signed, so that nobody can change them on the way.
        Assert.Equal(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData("new"u8)), put.Headers["x-amz-content-sha256"]);
        Assert.Equal(("e-1", "v1", 3), (report.Properties!.Value.GetProperty("ETag").GetString(), report.Properties!.Value.GetProperty("VersionId").GetString(), report.Properties!.Value.GetProperty("Size").GetInt32()));
        Assert.Equal(2, wire.All.Count);
    }

    [Theory]
    [InlineData(Requests.Ksuid, true)]
    [InlineData("2zzzzzzzzzzzzzzzzzzzzzzzzzz", false)]
    public async Task What_came_in_between_is_this_create_s_own_or_somebody_else_s(string mark, bool isOwn)
    {
        var wire = new Wire()
            .OnSequence("HEAD object", new Reply(HttpStatusCode.NotFound, ""), new Reply(HttpStatusCode.OK, "", ("x-amz-meta-formae-ksuid", mark)))
            .On("PUT object", _ => Wire.S3Error("PreconditionFailed", HttpStatusCode.PreconditionFailed))
            .On("GET object", "new", headers: [("x-amz-meta-formae-ksuid", mark), ("x-amz-meta-owner", "x"), ("Content-Type", "text/plain"), ("ETag", "\"e-1\"")])
            .On("GET object?tagging", "<Tagging><TagSet><Tag><Key>k 1</Key><Value>v&amp;1</Value></Tag></TagSet></Tagging>");
        await using var aws = Aws.Start(wire);

        var report = await aws.ExecuteAsync(Requests.Create(Aws.Object, Desired), TestContext.Current.CancellationToken);

        Assert.Equal(isOwn ? null : ProblemCodes.AlreadyExists, report.Problem?.Code);
        Assert.Single(wire.All, sent => sent.Call == "PUT object");
    }

    [Fact]
    public async Task What_lies_in_an_archive_is_shown_without_its_content()
    {
        var wire = new Wire()
            .On("GET object", _ => Wire.S3Error("InvalidObjectState", HttpStatusCode.Forbidden))
            .On("HEAD object", headers: [("x-amz-meta-formae-ksuid", Requests.Ksuid), ("x-amz-meta-owner", "x"), ("Content-Type", "text/plain"), ("Content-Length", "3"), ("ETag", "\"e-1\"")])
            .On("GET object?tagging", "<Tagging><TagSet/></Tagging>");
        await using var aws = Aws.Start(wire);

        var shown = (await aws.SuccessAsync(Requests.Read(Aws.Object, "formae-bucket/a/b.txt"))).Properties!.Value;

        Assert.Equal(("e-1", "x"), (shown.GetProperty("ETag").GetString(), shown.GetProperty("Metadata").GetProperty("owner").GetString()));
        Assert.False(shown.TryGetProperty("Content", out _));
    }

    [Fact]
    public async Task Where_it_cannot_be_seen_for_now_whether_one_is_there_nothing_is_written()
    {
        var wire = new Wire().On("HEAD object", status: HttpStatusCode.ServiceUnavailable);
        await using var aws = Aws.Start(wire);

        Assert.Equal(ProblemCodes.Throttling, (await aws.FailureAsync(Requests.Create(Aws.Object, Desired))).Code);
        Assert.Single(wire.All);
    }

    [Fact]
    public async Task An_update_replaces_what_it_has_seen_and_nothing_later()
    {
        var wire = There("old").On("PUT object", _ => Wire.S3Error("PreconditionFailed", HttpStatusCode.PreconditionFailed));
        await using var aws = Aws.Start(wire);

        var problem = await aws.FailureAsync(Requests.Update(Aws.Object, "formae-bucket/a/b.txt", Desired));

        Assert.Equal("\"e-1\"", wire.Single("PUT object").Headers["if-match"]);
        Assert.Equal("mark", wire.Single("PUT object").Headers["x-amz-meta-formae-ksuid"]);
        Assert.Equal(ProblemCodes.ResourceConflict, problem.Code);
    }

    [Theory]
    [InlineData("""[{ "Key": "k", "Value": "v" }]""", "PUT object?tagging")]
    [InlineData("[]", "DELETE object?tagging")]
    public async Task Other_tags_make_no_new_version(string tags, string call)
    {
        var wire = There("new", "<Tag><Key>old</Key><Value>o</Value></Tag>").On(call);
        await using var aws = Aws.Start(wire);

        await aws.SuccessAsync(Requests.Update(Aws.Object, "formae-bucket/a/b.txt", $$"""{ "Bucket": "formae-bucket", "Key": "a/b.txt", "Content": "new", "Tags": {{tags}} }"""));

        Assert.Single(wire.All, sent => sent.Call == call);
        Assert.DoesNotContain(wire.All, sent => sent.Call == "PUT object");
    }

    [Fact]
    public async Task What_is_too_large_is_shown_without_its_content_and_never_emptied()
    {
        var wire = There(new string('x', (1024 * 1024) + 1));
        await using var aws = Aws.Start(wire);
        const string id = "formae-bucket/a/b.txt";

        var live = (await aws.SuccessAsync(Requests.Read(Aws.Object, id))).Properties!.Value;
        await aws.SuccessAsync(Requests.Update(Aws.Object, id, new { Bucket = "formae-bucket", Key = "a/b.txt" }));
        var problem = await aws.FailureAsync(Requests.Update(Aws.Object, id, new { Bucket = "formae-bucket", Key = "a/b.txt", ContentType = "text/html" }));

        Assert.False(live.TryGetProperty("Content", out _));
        Assert.Equal((1024 * 1024) + 1, live.GetProperty("Size").GetInt64());
        Assert.Equal(ProblemCodes.NotUpdatable, problem.Code);
        Assert.DoesNotContain(wire.All, sent => sent.Call == "PUT object");
    }

    [Fact]
    public async Task A_content_that_was_damaged_on_the_way_is_read_again()
    {
        var wire = new Wire().On("GET object", "what arrived", headers: ("ETag", "\"900150983cd24fb0d6963f7d28e17f72\"")).On("GET object?tagging", "<Tagging><TagSet/></Tagging>");
        await using var aws = Aws.Start(wire);

        Assert.Equal(ProblemCodes.NetworkFailure, (await aws.FailureAsync(Requests.Read(Aws.Object, "formae-bucket/a"))).Code);
    }

    private static Wire There(string content, string tags = "") => new Wire()
        .On("GET object", content, headers: [("x-amz-meta-formae-ksuid", "mark"), ("Content-Type", "text/plain"), ("ETag", "\"e-1\""), ("x-amz-version-id", "null")])
        .On("GET object?tagging", $"<Tagging><TagSet>{tags}</TagSet></Tagging>");
}
