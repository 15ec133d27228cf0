using System.Net;
using Formae.Model;
using Formae.Sdk.Testing;
using Formae.Servers;

namespace Formae.Plugins.Aws.Tests;

/// <summary>Every row of the table, as the service writes the error and as the engine gets to see it.</summary>
public sealed class ErrorTableTests
{
    public static TheoryData<string, string, string> Codes => [.. AwsErrors.Rows.SelectMany(row => ServicesOf(row).Select(service => (service.ToString(), row.Code, row.Means)))];

    public static TheoryData<int, string> Statuses => [.. AwsErrors.Statuses.Select(row => (row.Key, row.Value))];

    [Theory]
    [MemberData(nameof(Codes))]
    public async Task A_code_of_AWS_means_what_the_table_says(string service, string code, string means)
    {
        var problem = await ProblemAsync(service, Wire.S3Error(code, HttpStatusCode.Conflict), Wire.DynamoError(code));

        Assert.Equal(means, problem.Code);
        Assert.Contains(code, problem.Message, StringComparison.Ordinal);
        Assert.Contains(ProblemCodes.All, known => known == means);
    }

    [Theory]
    [InlineData("S3")]
    [InlineData("DynamoDB")]
    public async Task A_code_that_nobody_knows_is_final_and_says_what_AWS_said(string service)
    {
        var problem = await ProblemAsync(service, Wire.S3Error("BrandNew", HttpStatusCode.BadRequest), Wire.DynamoError("BrandNew"));

        Assert.Equal(ProblemCodes.GeneralServiceException, problem.Code);
        Assert.False(problem.IsRecoverable);
        Assert.Contains("BrandNew: As the test wants it", problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Statuses))]
    public async Task An_unknown_code_goes_by_its_status(int status, string means)
    {
        var problem = await ProblemAsync("S3", Wire.S3Error("BrandNew", (HttpStatusCode)status), null!);

        Assert.Equal(means, problem.Code);
    }

    [Theory]
    [InlineData("S3")]
    [InlineData("DynamoDB")]
    public async Task How_long_the_service_wants_to_be_left_alone_is_told(string service)
    {
        var problem = await ProblemAsync(service, Wire.S3Error("SlowDown", HttpStatusCode.ServiceUnavailable, ("Retry-After", "7")), Wire.DynamoError("ThrottlingException", headers: ("Retry-After", "7")));

        Assert.Equal(ProblemCodes.Throttling, problem.Code);
        Assert.Equal(TimeSpan.FromSeconds(7), problem.RetryAfter);
    }

    [Fact]
    public async Task What_AWS_says_of_credentials_is_not_repeated()
    {
        var wire = new Wire().On("DescribeTable", _ => Wire.DynamoError("InvalidSignatureException", message: $"The Canonical String should have been x-amz-security-token:{Aws.SecretKey}"));
        await using var aws = Aws.Start(wire);

        var problem = await aws.FailureAsync(Requests.Read(Aws.Table, "t"));

        Assert.Equal(ProblemCodes.InvalidCredentials, problem.Code);
        Assert.DoesNotContain("security-token", problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, ProblemCodes.NetworkFailure)]
    [InlineData(false, ProblemCodes.ServiceTimeout)]
    public async Task What_goes_wrong_on_the_way_is_retried(bool isBroken, string means)
    {
        var wire = new Wire().On("DescribeTable", _ => throw (isBroken ? new HttpRequestException("no route") : new TaskCanceledException("too slow")));
        await using var aws = Aws.Start(wire);

        var problem = await aws.FailureAsync(Requests.Read(Aws.Table, "t"));

        Assert.Equal(means, problem.Code);
        Assert.True(problem.IsRecoverable);
        Assert.Single(wire.All);
    }

    [Fact]
    public async Task Nothing_is_tried_again_in_here()
    {
        var wire = new Wire().On("DescribeTable", _ => Wire.DynamoError("ThrottlingException")).On("DELETE bucket", _ => Wire.S3Error("SlowDown", HttpStatusCode.ServiceUnavailable));
        await using var aws = Aws.Start(wire);

        await aws.FailureAsync(Requests.Read(Aws.Table, "t"));
        await aws.FailureAsync(Requests.Delete(Aws.Bucket, "formae"));

        Assert.Equal(2, wire.All.Count);
    }

    [Fact]
    public void The_README_has_every_row()
    {
        var readme = File.ReadAllText(Path.Combine(Repository.Root, "functions", "plugins", "Aws", "README.md"));

        foreach (var row in AwsErrors.Rows)
            Assert.Contains(readme.Split('\n'), line => line.StartsWith($"| `{row.Means}` |", StringComparison.Ordinal) && line.Contains($"`{row.Code}`", StringComparison.Ordinal));
    }

    private static async Task<Problem> ProblemAsync(string service, Reply s3, Reply dynamo)
    {
        var wire = new Wire().On("GET service", _ => s3).On("DescribeTable", _ => dynamo);
        await using var aws = Aws.Start(wire);
        return await aws.FailureAsync(service == "S3" ? Requests.List(Aws.Bucket) : Requests.Read(Aws.Table, "t"));
    }

    private static IEnumerable<AwsServices> ServicesOf(ErrorRow row) => new[] { AwsServices.S3, AwsServices.DynamoDB }.Where(service => row.Services.HasFlag(service));
}
