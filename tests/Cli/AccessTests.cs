using Azure.Core;
using Azure.Identity;
using Formae.Cli.CommandLine;
using Formae.Cli.Tests.Support;

namespace Formae.Cli.Tests;

/// <summary>What the command line proves its person by.</summary>
public sealed class AccessTests
{
    [Fact]
    public async Task A_token_of_the_environment_is_sent_as_it_is()
    {
        await using var server = await FakeServer.StartAsync();
        server.On("GET stacks", "[]");
        using var run = new TestRun();
        run.Variables[CommonOptions.TokenVariable] = "t1";
        run.Variables[CommonOptions.KeyVariable] = "k1";

        Assert.Equal(ExitCode.Ok, await run.InvokeAsync(server, "inventory", "stacks"));

        var asked = Assert.Single(server.Requests);
        Assert.Equal(("Bearer t1", "k1"), (asked.Headers["Authorization"], asked.Headers["x-functions-key"]));
    }

    [Theory]
    [InlineData("api://formae", "api://formae/.default")]
    [InlineData("99999999-8888-7777-6666-555555555555", "99999999-8888-7777-6666-555555555555/.default")]
    public async Task Entra_asks_the_identity_that_is_signed_in(string audience, string scope)
    {
        await using var server = await FakeServer.StartAsync();
        server.On("GET stacks", "[]");
        using var run = new TestRun();
        run.Variables[CommonOptions.TokenVariable] = "of the environment";
        var credential = new Credential(() => "t2");

        await FormaeCommandLine.RunAsync(["inventory", "stacks", "--entra", audience, "--server", server.Address], run.Context with { Credential = () => credential }, TestContext.Current.CancellationToken);

        Assert.Equal("Bearer t2", Assert.Single(server.Requests).Headers["Authorization"]);
        Assert.Equal([scope], credential.Asked);
    }

    [Fact]
    public async Task Who_is_not_signed_in_is_told_what_to_do()
    {
        await using var server = await FakeServer.StartAsync();
        using var run = new TestRun();
        run.Variables[CommonOptions.EntraVariable] = "api://formae";
        var credential = new Credential(() => throw new AuthenticationFailedException("Nobody is signed in."));

        var exit = await FormaeCommandLine.RunAsync(["inventory", "stacks", "--server", server.Address], run.Context with { Credential = () => credential }, TestContext.Current.CancellationToken);

        Assert.Equal(ExitCode.Failed, exit);
        Assert.Contains("Nobody is signed in.", run.Error, StringComparison.Ordinal);
        Assert.Contains("az login", run.Error, StringComparison.Ordinal);
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task A_token_does_not_go_over_an_open_line()
    {
        using var run = new TestRun();
        run.Variables[CommonOptions.TokenVariable] = "t1";

        Assert.Equal(ExitCode.Usage, await run.InvokeAsync("inventory", "stacks", "--server", "http://formae.example.com"));

        Assert.Contains("https", run.Error, StringComparison.Ordinal);
    }

    private sealed class Credential(Func<string> token) : TokenCredential
    {
        public List<string> Asked { get; } = [];

        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken)
        {
            Asked.AddRange(requestContext.Scopes);
            return new AccessToken(token(), DateTimeOffset.MaxValue);
        }

        public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken) => new(GetToken(requestContext, cancellationToken));
    }
}
