using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;

namespace Formae.Coordinator.Http.Access;

/// <summary>Checks tokens of Microsoft Entra ID: who signed them, for whom they are, how long they hold, and which role they give.</summary>
internal sealed class EntraTokens
{
    private readonly EntraOptions _options;
    private readonly ConfigurationManager<OpenIdConnectConfiguration> _metadata;
    private readonly JsonWebTokenHandler _handler = new() { MapInboundClaims = false };
    private readonly TimeProvider _time;

    public EntraTokens(EntraOptions options, HttpClient http, TimeProvider time)
    {
        (_options, _time) = (options, time);
        var address = $"{options.AuthorityOrDefault}/.well-known/openid-configuration";
        var retriever = new HttpDocumentRetriever(http) { RequireHttps = !new Uri(address).IsLoopback };
        _metadata = new ConfigurationManager<OpenIdConnectConfiguration>(address, new OpenIdConnectConfigurationRetriever(), retriever);
    }

    /// <exception cref="InvalidOperationException">The metadata or the signing keys cannot be read.</exception>
    public async Task<Caller?> FindAsync(string token, CancellationToken cancellation)
    {
        var metadata = await _metadata.GetConfigurationAsync(cancellation);
        var result = await ValidateAsync(token, metadata);
        if (result.Exception is SecurityTokenSignatureKeyNotFoundException)
        {
            // Keys are changed now and then: perhaps these are not the latest. The manager itself limits how often it asks.
            _metadata.RequestRefresh();
            result = await ValidateAsync(token, await _metadata.GetConfigurationAsync(cancellation));
        }

        return result.IsValid ? CallerOf((JsonWebToken)result.SecurityToken) : null;
    }

    private Task<TokenValidationResult> ValidateAsync(string token, OpenIdConnectConfiguration metadata) => _handler.ValidateTokenAsync(token, new TokenValidationParameters
    {
        // Registrations that ask for tokens of version 1 get them from the older issuer of the same directory.
        ValidIssuers = [metadata.Issuer, $"https://sts.windows.net/{_options.TenantId}/"],
        ValidAudiences = _options.Audience.StartsWith("api://", StringComparison.Ordinal) ? [_options.Audience, _options.Audience["api://".Length..]] : [_options.Audience, $"api://{_options.Audience}"],
        IssuerSigningKeys = metadata.SigningKeys,
        ValidAlgorithms = [SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSha384, SecurityAlgorithms.RsaSha512],
        RequireExpirationTime = true,
        RequireSignedTokens = true,
        LifetimeValidator = (from, to, _, _) =>
        {
            var now = _time.GetUtcNow().UtcDateTime;
            var skew = TimeSpan.FromMinutes(2);
            return to is { } end && now < end + skew && (from is not { } begin || now > begin - skew);
        },
    });

    private static Caller? CallerOf(JsonWebToken token)
    {
        if ((Claim(token, "oid") ?? Claim(token, "sub")) is not { } subject)
            return null;
        var role = token.Claims.Where(claim => claim.Type == "roles").Select(claim => claim.Value switch
        {
            "Formae.Reader" => Role.Reader,
            "Formae.Operator" => Role.Operator,
            "Formae.Admin" => Role.Admin,
            _ => Role.Anyone,
        }).DefaultIfEmpty(Role.Anyone).Max();
        return new Caller(subject, Claim(token, "preferred_username") ?? Claim(token, "upn") ?? Claim(token, "name") ?? Claim(token, "azp") ?? Claim(token, "appid"), role);
    }

    private static string? Claim(JsonWebToken token, string name) => token.TryGetPayloadValue<string>(name, out var value) && value.Length > 0 ? value : null;
}
