using System.Security.Cryptography;
using System.Text;
using Formae.Coordination.Tests.Cluster;
using Formae.Protocol.Http;
using Microsoft.IdentityModel.Tokens;

namespace Formae.Coordination.Tests.Acceptance;

/// <summary>Who may do what over HTTP, by tokens of a directory.</summary>
public sealed class HttpTokenTests : IAsyncLifetime
{
    private const string Audience = "99999999-8888-7777-6666-555555555555";

    private ControlPlane _plane = null!;
    private IdentityProvider _directory = null!;

    public async ValueTask InitializeAsync()
    {
        _plane = await ControlPlane.StartAsync();
        _directory = await IdentityProvider.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _plane.DisposeAsync();
        await _directory.DisposeAsync();
    }

    [Fact]
    public async Task F186_a_token_gives_its_roles_and_its_subject_is_stored()
    {
        var http = Caller(_directory.Token(Audience, ["Formae.Operator", "Something.Else"]));

        var accepted = await http.PostAsync("/api/v1/commands?command=apply&mode=reconcile", """
            Stacks: [{ Label: net }]
            Targets: [{ Label: eu, Namespace: FakeAWS, Config: { Region: eu-1 } }]
            Resources: [{ Label: logs, Type: "FakeAWS::S3::Bucket", Stack: net, Target: eu, Properties: { BucketName: logs } }]
            """);

        Assert.Equal(202, accepted.Status);
        var command = await _plane.EndOfAsync(accepted.Json.GetProperty("CommandId").GetString()!);
        Assert.Equal(("11111111-2222-3333-4444-555555555555", "ada@example.org"), (command.Subject, command.SubjectName));
        Assert.Equal(403, (await http.PostAsync("/api/v1/plugins/install")).Status);
        Assert.Equal(200, (await Caller(_directory.Token($"api://{Audience}", ["Formae.Reader"])).GetAsync("/api/v1/stats")).Status);
    }

    [Fact]
    public async Task F186_a_token_without_a_role_is_known_and_may_nothing()
    {
        var answer = await Caller(_directory.Token(Audience, [])).GetAsync("/api/v1/stats");

        Assert.Equal((403, ErrorCodes.Forbidden), (answer.Status, answer.ErrorCode));
        Assert.Contains("the role reader; you have none", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task F186_a_token_that_does_not_hold_is_refused()
    {
        string[] reader = ["Formae.Reader"];
        var secret = new SymmetricSecurityKey(RandomNumberGenerator.GetBytes(64));
        string[] tokens =
        [
            _directory.Token("somebody else", reader),
            _directory.Token(Audience, reader, issuer: "https://login.example.org/"),
            _directory.Token(Audience, reader, age: TimeSpan.FromHours(2)),
            _directory.Token(Audience, reader, age: -TimeSpan.FromHours(1)),
            _directory.Token(Audience, reader, key: IdentityProvider.NewKey()),
            _directory.Token(Audience, reader, key: secret, algorithm: SecurityAlgorithms.HmacSha256),
            Unsigned(_directory.Token(Audience, reader)),
            "not.a.token",
            "",
        ];

        foreach (var token in tokens)
        {
            var answer = await Caller(token).GetAsync("/api/v1/stats");
            Assert.Equal((401, ErrorCodes.Unauthorized), (answer.Status, answer.ErrorCode));
            Assert.Contains("invalid_token", answer.Headers.WWWAuthenticate.ToString(), StringComparison.Ordinal);
        }

        var nothing = await new HttpCaller(_plane, Settings()).GetAsync("/api/v1/stats");
        Assert.Equal((401, "Bearer realm=\"formae\""), (nothing.Status, nothing.Headers.WWWAuthenticate.ToString()));
        Assert.Equal(200, (await new HttpCaller(_plane, Settings()).GetAsync("/api/v1/health")).Status);
    }

    [Fact]
    public async Task F186_a_directory_that_does_not_answer_is_no_refusal()
    {
        var http = Caller(_directory.Token(Audience, ["Formae.Reader"]));
        await _directory.DisposeAsync();

        var answer = await http.GetAsync("/api/v1/stats");

        Assert.Equal((503, ErrorCodes.AccessUnavailable), (answer.Status, answer.ErrorCode));
    }

    [Fact]
    public async Task A_directory_that_changes_its_key_is_asked_for_the_new_one()
    {
        var http = new HttpCaller(_plane, Settings());
        http.Headers["Authorization"] = $"Bearer {_directory.Token(Audience, ["Formae.Reader"])}";
        Assert.Equal(200, (await http.GetAsync("/api/v1/stats")).Status);

        _directory.ChangeKey();
        http.Headers["Authorization"] = $"Bearer {_directory.Token(Audience, ["Formae.Reader"])}";

        // The new keys are fetched beside the request that found them missing.
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while ((await http.GetAsync("/api/v1/stats")).Status != 200)
            Assert.False(patience.IsCancellationRequested, "The new key was never asked for.");
    }

    [Fact]
    public async Task A_key_may_stand_beside_tokens_and_a_token_goes_before_it()
    {
        var key = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes("the key of admins")));
        var settings = Settings().Append(("Formae:Access:Keys:admin:0", key)).ToArray();

        var byKey = new HttpCaller(_plane, settings) { Headers = { ["x-functions-key"] = "the key of admins" } };
        var byBoth = new HttpCaller(_plane, settings) { Headers = { ["x-functions-key"] = "the key of admins", ["Authorization"] = $"Bearer {_directory.Token(Audience, ["Formae.Reader"])}" } };

        Assert.Equal(503, (await byKey.PostAsync("/api/v1/plugins/install")).Status);
        Assert.Equal(403, (await byBoth.PostAsync("/api/v1/plugins/install")).Status);
    }

    private HttpCaller Caller(string token) => new(_plane, Settings()) { Headers = { ["Authorization"] = $"Bearer {token}" } };

    private (string, string)[] Settings() =>
        [("Formae:Access:Entra:TenantId", "00000000-0000-0000-0000-000000000001"), ("Formae:Access:Entra:Audience", Audience), ("Formae:Access:Entra:Authority", _directory.Authority)];

    /// <summary>The same claims under a header that asks for no signature.</summary>
    private static string Unsigned(string token) => $"{Base64UrlEncoder.Encode("""{"alg":"none","typ":"JWT"}""")}.{token.Split('.')[1]}.";
}
