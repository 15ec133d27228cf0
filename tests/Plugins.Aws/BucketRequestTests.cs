using System.Net;
using System.Xml.Linq;
using Formae.Model;
using Formae.Sdk.Testing;

namespace Formae.Plugins.Aws.Tests;

/// <summary>What AWS is sent about buckets, byte by byte where it matters, and what its answers lead to.</summary>
public sealed class BucketRequestTests
{
    private const string Name = "formae-bucket";

    [Theory]
    [InlineData("eu-central-1", "eu-central-1")]
    [InlineData("us-east-1", null)]
    public async Task A_bucket_is_made_in_its_region_with_its_tags_and_the_mark(string region, string? constraint)
    {
        var wire = new Wire().On("GET bucket?tagging", _ => Wire.S3Error("NoSuchBucket", HttpStatusCode.NotFound)).On("PUT bucket");
        await using var aws = Aws.Start(wire, region);

        var report = await aws.SuccessAsync(Requests.Create(Aws.Bucket, new { Name, Tags = new[] { new { Key = "team", Value = "a" } } }));

        var body = XDocument.Parse(wire.Single("PUT bucket").Body).Root!;
        Assert.Equal("CreateBucketConfiguration", body.Name.LocalName);
        Assert.Equal(constraint, body.Elements().SingleOrDefault(one => one.Name.LocalName == "LocationConstraint")?.Value);
        Assert.Equal(["team=a", $"formae:ksuid={Requests.Ksuid}"], body.Descendants().Where(one => one.Name.LocalName == "Tag").Select(tag => string.Join('=', tag.Elements().Select(part => part.Value))));
        Assert.Equal(2, wire.All.Count);
        Assert.Equal(region, report.Properties!.Value.GetProperty("Region").GetString());
        Assert.Equal($"arn:aws:s3:::{Name}", report.Properties!.Value.GetProperty("Arn").GetString());
    }

    [Fact]
    public async Task Each_setting_is_a_request_of_its_own()
    {
        var wire = Fresh().On("PUT bucket?versioning").On("PUT bucket?policy").On("PUT bucket?lifecycle");
        await using var aws = Aws.Start(wire);

        await aws.SuccessAsync(Requests.Create(
            Aws.Bucket,
            $$"""
            {
              "Name": "{{Name}}", "VersioningEnabled": true, "Policy": "{\"Version\": \"2012-10-17\"}",
              "LifecycleRules": [
                { "Id": "logs", "Prefix": "logs/", "ExpirationDays": 30, "NoncurrentVersionExpirationDays": 5, "Transitions": [{ "StorageClass": "GLACIER", "Days": 7 }] },
                { "Id": "parts", "Enabled": false, "AbortIncompleteUploadDays": 3 } ]
            }
            """));

        Assert.Equal("{\"Version\": \"2012-10-17\"}", wire.Single("PUT bucket?policy").Body);
        Assert.Equal("<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>", Plain(wire.Single("PUT bucket?versioning").Body));
        Assert.Equal(
            "<LifecycleConfiguration>"
            + "<Rule><Expiration><Days>30</Days></Expiration><Filter><Prefix>logs/</Prefix></Filter><ID>logs</ID>"
            + "<NoncurrentVersionExpiration><NoncurrentDays>5</NoncurrentDays></NoncurrentVersionExpiration><Status>Enabled</Status><Transition><Days>7</Days><StorageClass>GLACIER</StorageClass></Transition></Rule>"
            + "<Rule><AbortIncompleteMultipartUpload><DaysAfterInitiation>3</DaysAfterInitiation></AbortIncompleteMultipartUpload><Filter><Prefix /></Filter><ID>parts</ID><Status>Disabled</Status></Rule>"
            + "</LifecycleConfiguration>",
            Plain(wire.Single("PUT bucket?lifecycle").Body));
    }

    [Fact]
    public async Task An_update_sends_what_is_different_and_nothing_else()
    {
        var wire = Existing().On("PUT bucket?tagging").On("DELETE bucket?policy");
        await using var aws = Aws.Start(wire);

        var report = await aws.SuccessAsync(Requests.Update(Aws.Bucket, Name, new { Name, VersioningEnabled = true, Tags = new[] { new { Key = "team", Value = "b" } } }));

        Assert.Equal(["DELETE bucket?policy", "PUT bucket?tagging"], wire.All.Where(sent => !sent.Call.StartsWith("GET", StringComparison.Ordinal) && !sent.Call.StartsWith("HEAD", StringComparison.Ordinal)).Select(sent => sent.Call).Order());

        // AWS's own tags and the mark are written as they were, or they would be lost.
        Assert.Equal(
            $"<Tagging><TagSet><Tag><Key>aws:cloudformation:stack-name</Key><Value>s</Value></Tag><Tag><Key>formae:ksuid</Key><Value>{Requests.Ksuid}</Value></Tag><Tag><Key>team</Key><Value>b</Value></Tag></TagSet></Tagging>",
            Plain(wire.Single("PUT bucket?tagging").Body));
        Assert.Equal("eu-west-3", report.Properties!.Value.GetProperty("Region").GetString());
    }

    [Fact]
    public async Task An_update_of_nothing_writes_nothing()
    {
        var wire = Existing();
        await using var aws = Aws.Start(wire);
        var live = await aws.SuccessAsync(Requests.Read(Aws.Bucket, Name));

        await aws.SuccessAsync(Requests.Update(Aws.Bucket, Name, """{ "Name": "formae-bucket", "VersioningEnabled": true, "Policy": "{\"a\": 1}", "Tags": [{ "Key": "team", "Value": "a" }] }"""));

        Assert.Equal("""{"a":1}""", live.Properties!.Value.GetProperty("Policy").GetString());
        Assert.DoesNotContain(wire.All, sent => sent.Call.StartsWith("PUT", StringComparison.Ordinal) || sent.Call.StartsWith("DELETE", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_policy_that_S3_shows_in_other_words_is_shown_as_it_was_written()
    {
        const string written = """{"Statement":{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":["s3:PutObject","s3:GetObject"],"Resource":"arn:aws:s3:::formae-bucket/*"},"Version":"2012-10-17"}""";
        const string shown = """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:root"},"Action":["s3:GetObject","s3:PutObject"],"Resource":"arn:aws:s3:::formae-bucket/*"}]}""";
        var wire = Existing(("GET bucket?policy", () => new Reply(HttpStatusCode.OK, shown)));
        await using var aws = Aws.Start(wire);
        var stored = Properties(written);

        var read = await aws.SuccessAsync(Requests.Read(Aws.Bucket, Name, stored));
        var discovered = await aws.SuccessAsync(Requests.Read(Aws.Bucket, Name));
        var replanned = await aws.SuccessAsync(Requests.Update(Aws.Bucket, Name, stored, expected: stored));
        var reworded = await aws.SuccessAsync(Requests.Update(Aws.Bucket, Name, Properties(shown), expected: stored));

        Assert.Equal(written, PolicyOf(read));
        Assert.Equal(shown, PolicyOf(discovered));
        Assert.Equal(written, PolicyOf(replanned));
        Assert.Equal(shown, PolicyOf(reworded));
        Assert.DoesNotContain(wire.All, sent => sent.Call == "PUT bucket?policy");
    }

    [Fact]
    public async Task A_policy_that_means_something_else_now_is_shown_as_it_is()
    {
        const string written = """{"Statement":[{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"s3:*","Resource":"*"}]}""";
        const string changed = """{"Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::444455556666:root"},"Action":"s3:*","Resource":"*"}]}""";
        var wire = Existing(("GET bucket?policy", () => new Reply(HttpStatusCode.OK, changed))).On("PUT bucket?policy");
        await using var aws = Aws.Start(wire);

        Assert.Equal(changed, PolicyOf(await aws.SuccessAsync(Requests.Read(Aws.Bucket, Name, Properties(written)))));
        await aws.SuccessAsync(Requests.Update(Aws.Bucket, Name, Properties(written)));
        Assert.Equal(written, wire.Single("PUT bucket?policy").Body);
    }

    [Theory]
    [InlineData("BucketAlreadyOwnedByYou")]
    [InlineData("BucketAlreadyExists")]
    public async Task A_name_that_was_taken_in_between_is_taken(string code)
    {
        var wire = new Wire().On("GET bucket?tagging", _ => Wire.S3Error("NoSuchBucket", HttpStatusCode.NotFound)).On("PUT bucket", _ => Wire.S3Error(code, HttpStatusCode.Conflict));
        await using var aws = Aws.Start(wire);

        Assert.Equal(ProblemCodes.AlreadyExists, (await aws.FailureAsync(Requests.Create(Aws.Bucket, new { Name }))).Code);
    }

    [Fact]
    public async Task A_bucket_of_somebody_else_is_found_out_by_making_it()
    {
        var wire = new Wire().On("GET bucket?tagging", _ => Wire.S3Error("AccessDenied", HttpStatusCode.Forbidden)).On("PUT bucket", _ => Wire.S3Error("BucketAlreadyExists", HttpStatusCode.Conflict));
        await using var aws = Aws.Start(wire);

        Assert.Equal(ProblemCodes.AlreadyExists, (await aws.FailureAsync(Requests.Create(Aws.Bucket, new { Name }))).Code);
    }

    [Fact]
    public async Task Where_making_a_bucket_of_ones_own_again_succeeds_one_that_may_not_be_looked_at_is_not_made()
    {
        var wire = new Wire().On("GET bucket?tagging", _ => Wire.S3Error("AccessDenied", HttpStatusCode.Forbidden)).On("PUT bucket");
        await using var aws = Aws.Start(wire, "us-east-1");

        Assert.Equal(ProblemCodes.AccessDenied, (await aws.FailureAsync(Requests.Create(Aws.Bucket, new { Name }))).Code);
        Assert.DoesNotContain(wire.All, sent => sent.Call == "PUT bucket");
    }

    [Fact]
    public async Task A_new_bucket_that_is_not_there_for_every_call_yet_is_no_failure_for_good()
    {
        var wire = Fresh().On("PUT bucket?versioning", _ => Wire.S3Error("NoSuchBucket", HttpStatusCode.NotFound));
        await using var aws = Aws.Start(wire);

        Assert.Equal(ProblemCodes.NotStabilized, (await aws.FailureAsync(Requests.Create(Aws.Bucket, new { Name, VersioningEnabled = true }))).Code);
    }

    [Fact]
    public async Task Without_the_right_to_read_a_setting_a_read_is_refused_with_the_call_that_was()
    {
        // Of AWS a method that is not allowed is the policy of another account's bucket, and not one that is missing.
        var wire = Existing(("GET bucket?policy", () => Wire.S3Error("MethodNotAllowed", HttpStatusCode.MethodNotAllowed)));
        await using var aws = Aws.Start(wire);

        var problem = await aws.FailureAsync(Requests.Read(Aws.Bucket, Name));

        Assert.Equal(ProblemCodes.InvalidRequest, problem.Code);
        Assert.Contains("GetBucketPolicy", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_list_asks_for_the_buckets_of_the_region_page_by_page()
    {
        const string page = "<ListAllMyBucketsResult><Buckets><Bucket><Name>a</Name></Bucket></Buckets>{0}</ListAllMyBucketsResult>";
        var wire = new Wire().OnSequence("GET service", new Reply(HttpStatusCode.OK, string.Format(null, page, "<ContinuationToken>next+/=</ContinuationToken>")), new Reply(HttpStatusCode.OK, string.Format(null, page, "")));
        await using var aws = Aws.Start(wire);

        var first = await aws.SuccessAsync(Requests.List(Aws.Bucket, pageSize: 1));
        var second = await aws.SuccessAsync(Requests.List(Aws.Bucket, pageSize: 1, pageToken: first.NextPageToken));

        Assert.Equal("next+/=", first.NextPageToken);
        Assert.Null(second.NextPageToken);
        Assert.Equal(["?bucket-region=eu-central-1&max-buckets=1", "?bucket-region=eu-central-1&continuation-token=next%2B%2F%3D&max-buckets=1"], wire.All.Select(sent => sent.Uri.Query));
    }

    private static object Properties(string policy) => new { Name, VersioningEnabled = true, Policy = policy, Tags = new[] { new { Key = "team", Value = "a" } } };

    private static string? PolicyOf(Formae.Protocol.Bus.OperationReport report) => report.Properties!.Value.GetProperty("Policy").GetString();

    private static Wire Fresh() => new Wire().On("GET bucket?tagging", _ => Wire.S3Error("NoSuchBucket", HttpStatusCode.NotFound)).On("PUT bucket");

    private static Wire Existing(params (string Call, Func<Reply> Answer)[] instead)
    {
        var wire = new Wire();
        foreach (var (call, answer) in instead)
            wire.On(call, _ => answer());
        return wire
            .On("GET bucket?tagging", $"<Tagging><TagSet><Tag><Key>formae:ksuid</Key><Value>{Requests.Ksuid}</Value></Tag><Tag><Key>team</Key><Value>a</Value></Tag><Tag><Key>aws:cloudformation:stack-name</Key><Value>s</Value></Tag></TagSet></Tagging>")
            .On("GET bucket?policy", """{"a":1}""")
            .On("GET bucket?versioning", "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>")
            .On("GET bucket?lifecycle", _ => Wire.S3Error("NoSuchLifecycleConfiguration", HttpStatusCode.NotFound))
            .On("HEAD bucket", headers: ("x-amz-bucket-region", "eu-west-3"));
    }

    /// <summary>Without the namespace, and with tags in the order of their keys.</summary>
    private static string Plain(string xml)
    {
        var document = XDocument.Parse(xml).Root!;
        foreach (var element in document.DescendantsAndSelf())
        {
            element.Name = element.Name.LocalName;
            element.RemoveAttributes();
        }

        foreach (var set in document.Descendants("TagSet"))
            set.ReplaceNodes(set.Elements().OrderBy(tag => tag.Element("Key")!.Value, StringComparer.Ordinal).ToList());
        return document.ToString(SaveOptions.DisableFormatting);
    }
}
