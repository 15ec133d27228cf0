using System.Text.Json.Nodes;
using Formae.Protocol.Bus;
using Formae.Sdk.Testing;
using Formae.Servers;
using Microsoft.Extensions.DependencyInjection;

namespace Formae.Plugins.Aws.Tests;

/// <summary>The plugin, with a target and whatever stands between it and the server.</summary>
internal static class Aws
{
    public const string Bucket = "AWS::S3::Bucket";
    public const string Object = "AWS::S3::Object";
    public const string Table = "AWS::DynamoDB::Table";

    public const string SecretKey = "SECRETKEYSECRETKEYSECRETKEYSECRETKEYSECR";

    public static PluginHarness Start(JsonObject target, HttpMessageHandler? http = null)
    {
        var harness = PluginHarness.Start("AWS", plugin =>
        {
            if (http is not null)
                plugin.Services.AddSingleton(new AwsHttp(http));
            AwsPlugin.Define(plugin);
        });
        harness.TargetConfig = Requests.Json(target.ToJsonString());
        return harness;
    }

    /// <summary>On s3rver.</summary>
    public static PluginHarness Start(S3Server server) => Start(server.Endpoint);

    /// <summary>On s3rver and dynalite, with what they lack.</summary>
    public static PluginHarness Start(LikeAws server) => Start(server.Endpoint);

    /// <summary>On dynalite.</summary>
    public static PluginHarness Start(DynamoServer server) => Start(server.Endpoint);

    /// <summary>As it is on AWS, with answers from the test.</summary>
    public static PluginHarness Start(HttpMessageHandler http, string region = "eu-central-1") => Start(
        new JsonObject { ["Region"] = region, ["AccessKeyId"] = "AKIDEXAMPLE", ["SecretAccessKey"] = SecretKey }, http);

    private static PluginHarness Start(string endpoint) => Start(
        new JsonObject { ["Region"] = "eu-central-1", ["Endpoint"] = endpoint, ["AccessKeyId"] = S3Server.AccessKeyId, ["SecretAccessKey"] = SecretKey });

    public static string Unique(string prefix) => $"{prefix}-{Guid.NewGuid():n}"[..30];

    public static async Task<OperationReport> SuccessAsync(this PluginHarness harness, OperationRequest request)
    {
        var report = await harness.CompleteAsync(request, mostPolls: 2000, TestContext.Current.CancellationToken);
        Assert.True(report.Status == OperationStatus.Success, $"{request.Verb}: {report.Status} {report.Problem?.Code} {report.Problem?.Message}");
        return report;
    }

    /// <summary>What there is of a type, page by page, none larger than it may be.</summary>
    public static async Task<IReadOnlyList<IReadOnlyList<string>>> ListAsync(this PluginHarness harness, string type, int pageSize, object? parameters = null)
    {
        List<IReadOnlyList<string>> pages = [];
        string? token = null;
        do
        {
            var page = await harness.SuccessAsync(Requests.List(type, pageSize, token) with { ListParameters = parameters is null ? null : Requests.Json(parameters) });
            Assert.InRange(page.NativeIds!.Count, 0, pageSize);
            pages.Add(page.NativeIds);
            token = page.NextPageToken;
        }
        while (token is not null);
        return pages;
    }

    public static async Task<Formae.Model.Problem> FailureAsync(this PluginHarness harness, OperationRequest request)
    {
        var report = await harness.CompleteAsync(request, mostPolls: 2000, TestContext.Current.CancellationToken);
        Assert.Equal(OperationStatus.Failure, report.Status);
        return report.Problem!;
    }
}
