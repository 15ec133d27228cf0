using System.Text.Json.Nodes;
using Formae.Model;
using Formae.Protocol.Bus;
using Formae.Sdk.Testing;

namespace Formae.Plugins.Aws.Tests;

public sealed class TargetTests
{
    [Theory]
    [InlineData("""{}""", "Region")]
    [InlineData("""{ "Region": "" }""", "Region")]
    [InlineData("""{ "Region": "eu/central" }""", "Region")]
    [InlineData("""{ "Region": "eu-central-1", "Endpoint": "localhost:4566" }""", "Endpoint")]
    [InlineData("""{ "Region": "eu-central-1", "S3Endpoint": "http://somebody:planted@localhost" }""", "S3Endpoint")]
    [InlineData("""{ "Region": "eu-central-1", "S3Endpont": "http://localhost:4568/planted" }""", "'S3Endpont', which is unknown; known are Region, ")]
    [InlineData("""{ "Region": "eu-central-1", "secretAccessKey": "planted" }""", "'secretAccessKey'")]
    [InlineData("""{ "Region": "eu-central-1", "AccessKeyId": "A" }""", "SecretAccessKey")]
    [InlineData("""{ "Region": "eu-central-1", "ExternalId": "planted" }""", "ExternalId")]
    [InlineData("""{ "Region": "eu-central-1", "SessionToken": "planted" }""", "SessionToken")]
    [InlineData("""{ "Region": "eu-central-1", "AccessKeyId": "A", "SecretAccessKey": "planted", "Profile": "p" }""", "Profile")]
    [InlineData("""{ "Region": "eu-central-1", "Profile": "no-such-profile-of-formae" }""", "no-such-profile-of-formae")]
    public async Task A_config_that_cannot_be_used_is_refused_without_repeating_it(string config, string named)
    {
        await using var aws = Aws.Start((JsonObject)JsonNode.Parse(config)!, new Wire());

        var problem = await aws.FailureAsync(Requests.List(Aws.Table));

        Assert.Equal(ProblemCodes.InvalidRequest, problem.Code);
        Assert.Contains(named, problem.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("planted", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_profile_that_comes_later_is_found()
    {
        var profiles = Path.GetTempFileName();
        Amazon.AWSConfigs.AWSProfilesLocation = profiles;
        try
        {
            var wire = new Wire().On("ListTables", """{"TableNames":[]}""");
            await using var aws = Aws.Start(new JsonObject { ["Region"] = "eu-central-1", ["Profile"] = "comes-later" }, wire);
            Assert.Contains("comes-later", (await aws.FailureAsync(Requests.List(Aws.Table))).Message, StringComparison.Ordinal);

            await File.WriteAllTextAsync(profiles, "[comes-later]\naws_access_key_id = LATER\naws_secret_access_key = planted\n", TestContext.Current.CancellationToken);

            await aws.SuccessAsync(Requests.List(Aws.Table));
            Assert.Contains("Credential=LATER/", wire.Single("ListTables").Headers["authorization"], StringComparison.Ordinal);
        }
        finally
        {
            Amazon.AWSConfigs.AWSProfilesLocation = null;
            File.Delete(profiles);
        }
    }

    [Fact]
    public async Task Requests_go_to_the_region_of_the_target_with_its_keys()
    {
        var wire = new Wire().On("ListTables", """{"TableNames":[]}""").On("GET service", Xml("<ListAllMyBucketsResult><Buckets/></ListAllMyBucketsResult>"));
        await using var aws = Aws.Start(new JsonObject { ["Region"] = "ap-southeast-2", ["AccessKeyId"] = "AKIDEXAMPLE", ["SecretAccessKey"] = Aws.SecretKey, ["SessionToken"] = "TOKEN" }, wire);

        await aws.SuccessAsync(Requests.List(Aws.Table));
        await aws.SuccessAsync(Requests.List(Aws.Bucket));

        Assert.Equal("dynamodb.ap-southeast-2.amazonaws.com", wire.All[0].Uri.Host);
        Assert.Equal("s3.ap-southeast-2.amazonaws.com", wire.All[1].Uri.Host);
        Assert.All(wire.All, sent =>
        {
            Assert.Contains("Credential=AKIDEXAMPLE/", sent.Headers["authorization"], StringComparison.Ordinal);
            Assert.Contains("/ap-southeast-2/", sent.Headers["authorization"], StringComparison.Ordinal);
            Assert.Equal("TOKEN", sent.Headers["x-amz-security-token"]);
        });
    }

    [Fact]
    public async Task A_role_is_assumed_once_and_its_keys_are_used()
    {
        var wire = new Wire().On("ListTables", """{"TableNames":[]}""").On("AssumeRole", $"""
            <AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>
              <AccessKeyId>ROLEKEY</AccessKeyId><SecretAccessKey>rolesecret</SecretAccessKey><SessionToken>ROLETOKEN</SessionToken><Expiration>{DateTimeOffset.UtcNow.AddHours(1):yyyy-MM-ddTHH:mm:ssZ}</Expiration>
            </Credentials></AssumeRoleResult></AssumeRoleResponse>
            """);
        await using var aws = Aws.Start(Role(), wire);

        await aws.SuccessAsync(Requests.List(Aws.Table));
        await aws.SuccessAsync(Requests.List(Aws.Table));

        var assumed = wire.Single("AssumeRole");
        Assert.Equal("sts.eu-central-1.amazonaws.com", assumed.Uri.Host);
        Assert.Contains("Credential=AKIDEXAMPLE/", assumed.Headers["authorization"], StringComparison.Ordinal);
        Assert.Contains("RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fformae", assumed.Body, StringComparison.Ordinal);
        Assert.Contains("ExternalId=shop", assumed.Body, StringComparison.Ordinal);
        Assert.All(wire.All.Where(sent => sent.Call == "ListTables"), sent => Assert.Equal("ROLETOKEN", sent.Headers["x-amz-security-token"]));
    }

    [Fact]
    public async Task A_role_that_may_not_be_assumed_is_said_so()
    {
        var wire = new Wire().On("AssumeRole", "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>User x is not authorized to perform: sts:AssumeRole.</Message></Error><RequestId>R1</RequestId></ErrorResponse>", System.Net.HttpStatusCode.Forbidden);
        await using var aws = Aws.Start(Role(), wire);

        var problem = await aws.FailureAsync(Requests.List(Aws.Table));

        Assert.Equal(ProblemCodes.AccessDenied, problem.Code);
        Assert.Contains("sts:AssumeRole", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Each_service_can_be_elsewhere()
    {
        var wire = new Wire().On("ListTables", """{"TableNames":[]}""").On("GET service", Xml("<ListAllMyBucketsResult><Buckets/></ListAllMyBucketsResult>"));
        await using var aws = Aws.Start(
            new JsonObject { ["Region"] = "eu-central-1", ["Endpoint"] = "http://localhost:1", ["S3Endpoint"] = "http://127.0.0.1:2", ["AccessKeyId"] = "A", ["SecretAccessKey"] = "B" }, wire);

        await aws.SuccessAsync(Requests.List(Aws.Table));
        await aws.SuccessAsync(Requests.List(Aws.Bucket));

        Assert.Equal(["localhost:1", "127.0.0.1:2"], wire.All.Select(sent => sent.Uri.Authority));
    }

    [Fact]
    public async Task Another_server_gets_a_signature_that_holds_for_its_own_name_and_no_secret()
    {
        var wire = new Wire().On("ListTables", """{"TableNames":[]}""").On("GET service", Xml("<ListAllMyBucketsResult><Buckets/></ListAllMyBucketsResult>"));
        await using var aws = Aws.Start(new JsonObject { ["Region"] = "eu-central-1", ["Endpoint"] = "http://127.0.0.1:2", ["AccessKeyId"] = "AKIDEXAMPLE", ["SecretAccessKey"] = Aws.SecretKey }, wire);

        await aws.SuccessAsync(Requests.List(Aws.Table));
        await aws.SuccessAsync(Requests.List(Aws.Bucket));

        Assert.Equal(2, wire.All.Count);
        Assert.All(wire.All, sent =>
        {
            Assert.Matches("SignedHeaders=[a-z0-9;-]*\\bhost\\b", sent.Headers["authorization"]);
            Assert.Equal("127.0.0.1:2", sent.Headers["host"]);
            Assert.DoesNotContain(Aws.SecretKey, $"{sent.Uri} {sent.Body} {string.Join(' ', sent.Headers.Values)}", StringComparison.Ordinal);
        });
    }

    [Fact]
    public void A_target_does_not_print_its_secrets() =>
        Assert.DoesNotContain("planted", new AwsTarget { Region = "eu-central-1", AccessKeyId = "A", SecretAccessKey = "planted", SessionToken = "planted" }.ToString(), StringComparison.Ordinal);

    [Fact]
    public async Task Without_credentials_anywhere_it_says_so()
    {
        // Nobody answers for the credentials of a machine or a container either.
        var wire = new Wire();
        await using var aws = Aws.Start(new JsonObject { ["Region"] = "eu-central-1" }, wire);
        string[] names = ["AWS_EC2_METADATA_DISABLED", "AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE"];
        var before = names.Select(Environment.GetEnvironmentVariable).ToList();
        try
        {
            Environment.SetEnvironmentVariable(names[0], "true");
            Environment.SetEnvironmentVariable(names[1], Path.Combine(Path.GetTempPath(), "none-of-formae"));
            Environment.SetEnvironmentVariable(names[2], Path.Combine(Path.GetTempPath(), "none-of-formae"));

            var problem = await aws.FailureAsync(Requests.Read(Aws.Table, "t"));

            Assert.Equal(ProblemCodes.InvalidCredentials, problem.Code);
            Assert.Empty(wire.All);
        }
        finally
        {
            foreach (var (name, value) in names.Zip(before))
                Environment.SetEnvironmentVariable(name, value);
        }
    }

    [Fact]
    public async Task A_call_ends_with_its_token()
    {
        using var stop = new CancellationTokenSource();
        var wire = new Wire().On("DescribeTable", _ =>
        {
            stop.Cancel();
            throw new TaskCanceledException("cancelled");
        });
        await using var aws = Aws.Start(wire);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => aws.ExecuteAsync(Requests.Read(Aws.Table, "t") with { Timeout = TimeSpan.FromMinutes(1) }, stop.Token));
    }

    [Fact]
    public async Task The_rate_is_declared()
    {
        await using var aws = Aws.Start(new Wire());

        Assert.True(aws.Definition.MaxRequestsPerSecond > 0);
        Assert.All(aws.Operator.Types, type => Assert.True(type.CanList && type.CanFindExisting));
    }

    private static JsonObject Role() => new()
    {
        ["Region"] = "eu-central-1",
        ["AccessKeyId"] = "AKIDEXAMPLE",
        ["SecretAccessKey"] = Aws.SecretKey,
        ["RoleArn"] = "arn:aws:iam::1:role/formae",
        ["ExternalId"] = "shop",
    };

    private static string Xml(string body) => $"<?xml version=\"1.0\" encoding=\"UTF-8\"?>{body}";
}
