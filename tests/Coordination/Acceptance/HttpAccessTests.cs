using System.Security.Cryptography;
using System.Text;
using Formae.Coordination.Tests.Cluster;
using Formae.Coordinator.Http.Access;
using Formae.Coordinator.Http.Description;
using Formae.Protocol.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Options;

namespace Formae.Coordination.Tests.Acceptance;

/// <summary>Who may do what over HTTP, by keys.</summary>
public sealed class HttpAccessTests : IAsyncLifetime
{
    private const string Document = """
        Stacks: [{ Label: net }]
        Targets: [{ Label: eu, Namespace: FakeAWS, Config: { Region: eu-1 } }]
        Resources:
          - { Label: logs, Type: "FakeAWS::S3::Bucket", Stack: net, Target: eu, Properties: { BucketName: logs } }
        """;

    private static readonly (string, string)[] Keys =
    [
        ("Formae:Access:Keys:reader:0", Digest("the key of readers")),
        ("Formae:Access:Keys:reader:1", Digest("another key of readers").ToUpperInvariant()),
        ("Formae:Access:Keys:operator:0", Digest("the key of operators")),
        ("Formae:Access:Keys:operator:nightly-build", Digest("the key of the build")),
        ("Formae:Access:Keys:admin:0", Digest("the key of admins")),
        ("Formae:Access:Keys:reader:also-admin", Digest("the key of admins")),
    ];

    private ControlPlane _plane = null!;

    public async ValueTask InitializeAsync() => _plane = await ControlPlane.StartAsync();

    public ValueTask DisposeAsync() => _plane.DisposeAsync();

    [Fact]
    public async Task F186_with_nothing_set_nobody_is_asked()
    {
        var http = new HttpCaller(_plane);

        Assert.Equal(200, (await http.GetAsync("/api/v1/stats")).Status);
        var id = (await http.PostAsync("/api/v1/commands?command=apply&mode=reconcile", Document)).Json.GetProperty("CommandId").GetString()!;
        Assert.Null((await _plane.EndOfAsync(id)).Subject);
    }

    [Fact]
    public async Task F186_health_is_open_and_the_rest_wants_a_key()
    {
        var nobody = new HttpCaller(_plane, Keys);
        var stranger = With("a key of nobody");

        Assert.Equal(200, (await nobody.GetAsync("/api/v1/health")).Status);
        foreach (var answer in new[] { await nobody.GetAsync("/api/v1/stats"), await stranger.GetAsync("/api/v1/stats"), await stranger.GetAsync($"/api/v1/stats?code={Uri.EscapeDataString("the key of readers")}") })
        {
            Assert.Equal((401, ErrorCodes.Unauthorized), (answer.Status, answer.ErrorCode));
            Assert.StartsWith("Key", answer.Headers.WWWAuthenticate.ToString(), StringComparison.Ordinal);
            Assert.DoesNotContain("key of", answer.Text.Replace("a key that has a role", "", StringComparison.Ordinal), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("the key of readers", 200, 403, 403)]
    [InlineData("another key of readers", 200, 403, 403)]
    [InlineData("the key of operators", 200, 400, 403)]
    [InlineData("the key of admins", 200, 400, 503)]
    public async Task F186_each_role_may_do_what_those_before_it_may(string key, int read, int command, int plugins)
    {
        var http = With(key);

        Assert.Equal(read, (await http.GetAsync("/api/v1/stats")).Status);
        Assert.Equal(command, (await http.PostAsync("/api/v1/commands?command=apply", "[]")).Status);
        Assert.Equal(plugins, (await http.PostAsync("/api/v1/plugins/install")).Status);
        Assert.Equal(read, (await new HttpCaller(_plane, Keys).GetAsync($"/api/v1/stats?code={Uri.EscapeDataString(key)}")).Status);
    }

    [Fact]
    public async Task F186_a_role_that_is_missing_is_named()
    {
        var answer = await With("the key of readers").PostAsync("/api/v1/commands?command=apply", Document);

        Assert.Equal(ErrorCodes.Forbidden, answer.ErrorCode);
        Assert.Contains("the role operator; yours is reader", answer.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("the key of operators", "operator key")]
    [InlineData("the key of the build", "nightly-build")]
    public async Task F186_who_gave_a_command_is_stored_with_it(string key, string name)
    {
        var accepted = await With(key).PostAsync("/api/v1/commands?command=apply&mode=reconcile", Document);
        await _plane.EndOfAsync(accepted.Json.GetProperty("CommandId").GetString()!);

        var command = (await With("the key of readers").GetAsync((string)accepted.Headers.Location!)).As(HttpJson.Default.CommandList).Commands[0];

        Assert.Equal(($"key:{Digest(key)[..12]}", name), (command.Subject, command.SubjectName));
        Assert.DoesNotContain(key, await _plane.StoredTextAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Formae:Access:Keys:owner:0", "f", "the roles are reader, operator and admin")]
    [InlineData("Formae:Access:Keys:reader:0", "the key itself", "SHA-256")]
    [InlineData("Formae:Access:Entra:TenantId", "t", "belong together")]
    [InlineData("Formae:Access:Entra:Audience", "a", "belong together")]
    public void A_setting_that_is_wrong_opens_nothing(string name, string value, string reason) =>
        Assert.Contains(reason, Assert.Throws<OptionsValidationException>(() => HttpCaller.Gate((name, value))).Message, StringComparison.Ordinal);

    [Fact]
    public void Every_HTTP_function_says_who_may_call_it_and_what_it_answers()
    {
        Assert.NotEmpty(HttpApi.Functions);
        Assert.All(HttpApi.Functions.Values, function =>
        {
            Assert.True(function.Endpoint is not null, $"{function.Name} has no [Endpoint].");
            Assert.True(function.Answers.Count > 0, $"{function.Name} has no [Answer].");
            Assert.Equal(function.Endpoint.Role == Role.Anyone, function.Level == AuthorizationLevel.Anonymous);
            var isLook = function.Verbs is ["get"] && !function.Path.Contains("/admin/", StringComparison.Ordinal);
            Assert.True(isLook ? function.Endpoint.Role <= Role.Reader : function.Endpoint.Role >= Role.Reader, $"{function.Name}: looking is for readers, doing for operators and admins.");
            Assert.True(function.Verbs is ["get"] || function.Endpoint.Role >= Role.Operator, $"{function.Name}: doing is for operators and admins.");
            Assert.StartsWith("/api/", function.Path, StringComparison.Ordinal);
        });
    }

    private HttpCaller With(string key) => new(_plane, Keys) { Headers = { ["x-functions-key"] = key } };

    private static string Digest(string key) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));
}
