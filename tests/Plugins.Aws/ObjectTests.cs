using Formae.Model;
using Formae.Protocol.Bus;
using Formae.Sdk.Testing;
using Formae.Servers;

namespace Formae.Plugins.Aws.Tests;

/// <summary>Objects on s3rver.</summary>
public sealed class ObjectTests(S3Server server) : IAsyncLifetime
{
    private readonly string _bucket = Aws.Unique("objects");
    private Formae.Sdk.Testing.PluginHarness _aws = null!;

    public async ValueTask InitializeAsync()
    {
        _aws = Aws.Start(server);
        await _aws.SuccessAsync(Requests.Create(Aws.Bucket, new { Name = _bucket }));
    }

    public ValueTask DisposeAsync() => _aws.DisposeAsync();

    [Theory]
    [InlineData("text.txt", """ "Content": "Grüße\n" """)]
    [InlineData("bytes", """ "ContentBase64": "AAEC/w==" """)]
    [InlineData("text as base64", """ "ContentBase64": "YWJj" """)]
    [InlineData("a/b?c=d&e+f %/ü.json", """ "Content": "{}", "ContentType": "application/json" """)]
    [InlineData("with/more", """ "Content": "x", "Metadata": { "owner": "a", "x.y_z-1": "b c" }, "Tags": [{ "Key": "k", "Value": "v" }] """)]
    public async Task An_object_is_read_as_it_was_written(string key, string more)
    {
        var properties = Requests.Json($$"""{ "Bucket": "{{_bucket}}", "Key": "{{key}}", {{more}} }""");

        var created = await _aws.SuccessAsync(Requests.Create(Aws.Object, properties));
        var live = await _aws.SuccessAsync(Requests.Read(Aws.Object, created.NativeId!, properties));

        Assert.Equal($"{_bucket}/{key}", created.NativeId);
        foreach (var property in properties.EnumerateObject())
        {
            Assert.True(System.Text.Json.JsonElement.DeepEquals(property.Value, created.Properties!.Value.GetProperty(property.Name)), $"{property.Name}: {created.Properties}");
            Assert.True(System.Text.Json.JsonElement.DeepEquals(property.Value, live.Properties!.Value.GetProperty(property.Name)), $"{property.Name}: {live.Properties}");
        }

        Assert.True(live.Properties!.Value.GetProperty("Size").GetInt64() > 0);
        Assert.True(live.Properties!.Value.TryGetProperty("ETag", out _));
    }

    [Fact]
    public async Task A_create_that_comes_again_makes_one_object()
    {
        var create = Requests.Create(Aws.Object, new { Bucket = _bucket, Key = "again", Content = "x" });

        var first = await _aws.SuccessAsync(create);
        var second = await _aws.SuccessAsync(create);

        Assert.Equal(first.NativeId, second.NativeId);
    }

    [Fact]
    public async Task What_somebody_else_has_put_there_is_not_written_over()
    {
        var create = Requests.Create(Aws.Object, new { Bucket = _bucket, Key = "theirs", Content = "theirs" });
        await _aws.SuccessAsync(create);
        var other = Requests.Create(Aws.Object, new { Bucket = _bucket, Key = "theirs", Content = "mine" }) with { Ksuid = "2zzzzzzzzzzzzzzzzzzzzzzzzzz" };

        var problem = await _aws.FailureAsync(other);
        var inDoubt = await _aws.Operator.ExecuteAsync(other with { TargetConfig = _aws.TargetConfig }, delivery: 2, TestContext.Current.CancellationToken);

        Assert.Equal(ProblemCodes.AlreadyExists, problem.Code);
        Assert.Equal(ProblemCodes.AlreadyExists, inDoubt.Problem?.Code);
        Assert.Equal("theirs", (await _aws.SuccessAsync(Requests.Read(Aws.Object, $"{_bucket}/theirs"))).Properties!.Value.GetProperty("Content").GetString());
    }

    [Fact]
    public async Task An_update_keeps_the_mark_and_what_is_left_out_goes()
    {
        var create = Requests.Create(Aws.Object, new { Bucket = _bucket, Key = "changed", Content = "a", Metadata = new { owner = "a" } });
        await _aws.SuccessAsync(create);

        await _aws.SuccessAsync(Requests.Update(Aws.Object, $"{_bucket}/changed", new { Bucket = _bucket, Key = "changed", Content = "b" }));
        var live = (await _aws.SuccessAsync(Requests.Read(Aws.Object, $"{_bucket}/changed"))).Properties!.Value;

        Assert.Equal("b", live.GetProperty("Content").GetString());
        Assert.False(live.TryGetProperty("Metadata", out _));
        await _aws.SuccessAsync(create);
    }

    [Fact]
    public async Task An_object_is_listed_below_its_bucket_page_by_page()
    {
        var keys = Enumerable.Range(0, 5).Select(i => $"page/{i}").ToList();
        foreach (var key in keys)
            await _aws.SuccessAsync(Requests.Create(Aws.Object, new { Bucket = _bucket, Key = key }));

        var pages = await _aws.ListAsync(Aws.Object, pageSize: 2, new { Bucket = _bucket });

        Assert.All(pages, Assert.NotEmpty);
        Assert.Equal(keys.Select(key => $"{_bucket}/{key}"), pages.SelectMany(page => page));
        Assert.Equal(ProblemCodes.InvalidRequest, (await _aws.FailureAsync(Requests.List(Aws.Object))).Code);
    }

    [Fact]
    public async Task An_object_is_deleted_once_and_twice()
    {
        await _aws.SuccessAsync(Requests.Create(Aws.Object, new { Bucket = _bucket, Key = "gone" }));

        await _aws.SuccessAsync(Requests.Delete(Aws.Object, $"{_bucket}/gone"));
        await _aws.SuccessAsync(Requests.Delete(Aws.Object, $"{_bucket}/gone"));
        await _aws.SuccessAsync(Requests.Delete(Aws.Object, "no-such-bucket-of-formae/gone"));

        Assert.Equal(ProblemCodes.NotFound, (await _aws.FailureAsync(Requests.Read(Aws.Object, $"{_bucket}/gone"))).Code);
    }

    [Theory]
    [InlineData(""" "Content": "a", "ContentBase64": "YQ==" """, "not both")]
    [InlineData(""" "ContentBase64": "%" """, "base64")]
    [InlineData(""" "Metadata": { "Upper": "a" } """, "Metadata.Upper")]
    [InlineData(""" "Metadata": { "umlaut": "ä" } """, "Metadata.umlaut")]
    [InlineData(""" "Metadata": { "formae-ksuid": "a" } """, "formae-ksuid")]
    [InlineData(""" "Tags": [{ "Key": "formae:ksuid", "Value": "a" }] """, "formae:ksuid")]
    public async Task What_is_wrong_is_seen_before_anything_is_sent(string more, string named)
    {
        await using var aws = Aws.Start(new Wire());

        var problem = await aws.FailureAsync(Requests.Create(Aws.Object, $$"""{ "Bucket": "b", "Key": "k", {{more}} }"""));

        Assert.Equal(ProblemCodes.InvalidRequest, problem.Code);
        Assert.Contains(named, problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_content_that_is_too_large_is_refused() =>
        Assert.Equal(ProblemCodes.InvalidRequest, (await _aws.FailureAsync(Requests.Create(Aws.Object, new { Bucket = _bucket, Key = "large", Content = new string('x', (1024 * 1024) + 1) }))).Code);
}
