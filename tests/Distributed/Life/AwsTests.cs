using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Formae.Servers;

namespace Formae.Distributed.Tests;

/// <summary>AWS as a person uses it: <c>formae up --plugin aws</c>, the sample on s3rver and dynalite, and somebody else who works on the same objects.</summary>
[Collection(OneSystem.Collection)]
public sealed class AwsTests(S3Server s3, DynamoServer dynamo) : IClassFixture<S3Server>, IClassFixture<DynamoServer>
{
    private const string Secret = "planted-secret-access-key";
    private const string Page = "formae-orders-files/site/index.html";

    [Fact]
    public async Task The_sample_is_applied_looked_at_put_right_and_destroyed()
    {
        string[] apply = ["apply", "--mode", "reconcile", "--yes"];
        Assert.NotEqual(s3.Endpoint, dynamo.Endpoint);
        using var folder = new TempFolder();
        using var others = new HttpClient();
        var data = folder.File("data");
        await using (var plane = await ControlPlane.StartAsync(data, null, "--plugin", "aws"))
        {
            Assert.Contains("Success: 4 created", await SampleAsync(plane, apply), StringComparison.Ordinal);
            Assert.Contains("<p>hello</p>", await GetAsync(others, Page), StringComparison.Ordinal);

            // The reference was followed: what one service made is the content of an object of the other one.
            Assert.Contains(":table/formae-orders", await GetAsync(others, "formae-orders-files/settings/table"), StringComparison.Ordinal);
            Assert.Contains("Nothing to do", await SampleAsync(plane, apply), StringComparison.Ordinal);

            Assert.Contains("Success: 0 created, 2 updated", await SampleAsync(plane, [.. apply, "--greeting", "bye", "--reads", "5"]), StringComparison.Ordinal);
            Assert.Contains("<p>bye</p>", await GetAsync(others, Page), StringComparison.Ordinal);

            using var content = new StringContent("somebody else's", Encoding.UTF8, "text/html");
            (await others.PutAsync(new Uri($"{s3.Endpoint}/{Page}"), content, TestContext.Current.CancellationToken)).EnsureSuccessStatusCode();
            Assert.Contains("1 changed, 0 gone", await FormaeAsync(plane, "sync"), StringComparison.Ordinal);
            Assert.Contains("somebody else's", await FormaeAsync(plane, "drift", "orders"), StringComparison.Ordinal);
            Assert.Contains("1 updated", await SampleAsync(plane, [.. apply, "--force", "--greeting", "bye", "--reads", "5"]), StringComparison.Ordinal);
            Assert.Contains("<p>bye</p>", await GetAsync(others, Page), StringComparison.Ordinal);

            Assert.Contains("4 deleted", await SampleAsync(plane, ["destroy", "--yes", "--greeting", "bye"]), StringComparison.Ordinal);
            Assert.Equal(HttpStatusCode.NotFound, (await others.GetAsync(new Uri($"{s3.Endpoint}/formae-orders-files"), TestContext.Current.CancellationToken)).StatusCode);
            Assert.Equal("""{"TableNames":[]}""", await TablesAsync(others));
            Assert.DoesNotContain(Secret, plane.Output, StringComparison.Ordinal);
        }

        Assert.All(Directory.EnumerateFiles(data, "*", SearchOption.AllDirectories), file => Assert.DoesNotContain(Secret, File.ReadAllText(file), StringComparison.Ordinal));
    }

    private Task<string> SampleAsync(ControlPlane plane, string[] arguments) => FormaeAsync(
        plane,
        [arguments[0], Path.Combine(Repository.Root, "samples", "aws", "orders.yaml"), "--s3", s3.Endpoint, "--dynamodb", dynamo.Endpoint, "--key-id", S3Server.AccessKeyId, "--secret-key", Secret, .. arguments[1..]]);

    private static async Task<string> FormaeAsync(ControlPlane plane, params string[] arguments)
    {
        var (code, output) = await ControlPlane.RunAsync([.. arguments, "--server", plane.Address.ToString()]);
        Assert.True(code == 0, $"formae {string.Join(' ', arguments)}: {output}{Environment.NewLine}{plane.LastLines}");
        return output;
    }

    private Task<string> GetAsync(HttpClient others, string path) => others.GetStringAsync(new Uri($"{s3.Endpoint}/{path}"), TestContext.Current.CancellationToken);

    private async Task<string> TablesAsync(HttpClient others)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, dynamo.Endpoint) { Content = new StringContent("{}", new MediaTypeHeaderValue("application/x-amz-json-1.0")) };
        request.Headers.Add("x-amz-target", "DynamoDB_20120810.ListTables");

        // dynalite wants to see a signature, and does not look at what it says.
        request.Headers.TryAddWithoutValidation("authorization", "AWS4-HMAC-SHA256 Credential=a/20260101/r/dynamodb/aws4_request, SignedHeaders=host, Signature=x");
        request.Headers.Add("x-amz-date", "20260101T000000Z");
        using var response = await others.SendAsync(request, TestContext.Current.CancellationToken);
        return await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
    }
}
