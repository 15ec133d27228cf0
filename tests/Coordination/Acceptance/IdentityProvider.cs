using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Formae.Coordination.Tests.Acceptance;

/// <summary>A directory on the loopback: metadata and keys are served, tokens are signed.</summary>
internal sealed class IdentityProvider : IAsyncDisposable
{
    private readonly WebApplication _app;
    private RsaSecurityKey _key = NewKey();

    private IdentityProvider(WebApplication app) => _app = app;

    public string Authority => _app.Urls.Single();

    public static async Task<IdentityProvider> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var provider = new IdentityProvider(builder.Build());
        provider._app.MapGet("/.well-known/openid-configuration", () => Results.Content(
            $$"""{"issuer":"{{provider.Authority}}","jwks_uri":"{{provider.Authority}}/keys"}""", "application/json"));
        provider._app.MapGet("/keys", () => Results.Content(
            JsonSerializer.Serialize(new { keys = new[] { new { kty = "RSA", use = "sig", kid = provider._key.KeyId, n = Part(rsa => rsa.Modulus!), e = Part(rsa => rsa.Exponent!) } } }), "application/json"));
        await provider._app.StartAsync();
        return provider;

        string Part(Func<RSAParameters, byte[]> part) => Base64UrlEncoder.Encode(part(provider._key.Rsa.ExportParameters(false)));
    }

    /// <summary>From now on tokens are signed with another key.</summary>
    public void ChangeKey() => _key = NewKey();

    public string Token(string audience, string[] roles, string? issuer = null, TimeSpan? age = null, SecurityKey? key = null, string algorithm = SecurityAlgorithms.RsaSha256)
    {
        var issued = DateTime.UtcNow - (age ?? TimeSpan.Zero);
        return new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = issuer ?? Authority,
            Audience = audience,
            IssuedAt = issued,
            NotBefore = issued,
            Expires = issued + TimeSpan.FromHours(1),
            Claims = new Dictionary<string, object> { ["oid"] = "11111111-2222-3333-4444-555555555555", ["preferred_username"] = "ada@example.org", ["roles"] = roles },
            SigningCredentials = new SigningCredentials(key ?? _key, algorithm),
        });
    }

    public static RsaSecurityKey NewKey() => new(RSA.Create(2048)) { KeyId = Guid.NewGuid().ToString("N") };

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
