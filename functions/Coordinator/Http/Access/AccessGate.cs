using Formae.Coordinator.Http.Description;
using Formae.Protocol.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Formae.Coordinator.Http.Access;

/// <summary>Decides before a function runs whether its caller may have it run. The one place that does.</summary>
internal sealed partial class AccessGate
{
    private const string Scheme = "Bearer ";

    private readonly AccessOptions _options;
    private readonly RoleKeys _keys;
    private readonly EntraTokens? _tokens;
    private readonly ILogger _logger;

    public AccessGate(IOptions<AccessOptions> options, HttpClient http, TimeProvider time, ILogger<AccessGate> logger)
    {
        (_options, _logger) = (options.Value, logger);
        _keys = new RoleKeys(_options);
        _tokens = _options.Entra.IsSet ? new EntraTokens(_options.Entra, http, time) : null;
    }

    /// <summary>Null: let it run. Otherwise the answer in the function's place.</summary>
    public async Task<IResult?> CheckAsync(HttpContext http, HttpFunction function)
    {
        if (function.Endpoint is not { } endpoint)
            return Answers.Error(ErrorCodes.Forbidden, $"{function.Name} does not say who may call it, so nobody may.");
        if (!_options.IsControlled || endpoint.Role == Role.Anyone)
            return null;
        var caller = default(Caller);
        try
        {
            caller = await FindAsync(http);
        }
        catch (InvalidOperationException e) when (_tokens is not null)
        {
            LogUnavailable(e, _options.Entra.AuthorityOrDefault);
            return Answers.Error(ErrorCodes.AccessUnavailable, "Tokens cannot be checked now: the keys of the identity provider cannot be read.");
        }

        if (caller is null)
            return Unauthorized(http, function);
        if (caller.Role < endpoint.Role)
        {
            LogForbidden(function.Name, caller.Subject, endpoint.Role);
            return Answers.Error(ErrorCodes.Forbidden, $"This needs the role {NameOf(endpoint.Role)}; {(caller.Role == Role.Anyone ? "you have none" : $"yours is {NameOf(caller.Role)}")}.");
        }

        caller.Sign(http);
        return null;
    }

    private async Task<Caller?> FindAsync(HttpContext http)
    {
        // On Azure a key opens the platform's door even for those who show a token: then it is the token that says who they are.
        if (_tokens is not null && (string?)http.Request.Headers.Authorization is { } header && header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
            return await _tokens.FindAsync(header[Scheme.Length..].Trim(), http.RequestAborted);
        return RoleKeys.Given(http.Request) is { } key ? _keys.Find(key) : null;
    }

    private IResult Unauthorized(HttpContext http, HttpFunction function)
    {
        LogUnauthorized(function.Name);
        var isGiven = http.Request.Headers.Authorization.Count > 0 || RoleKeys.Given(http.Request) is not null;
        http.Response.Headers.WWWAuthenticate = _tokens is null ? "Key realm=\"formae\"" : isGiven ? "Bearer realm=\"formae\", error=\"invalid_token\"" : "Bearer realm=\"formae\"";
        var proof = (_tokens is not null, _options.Keys.Count > 0) switch
        {
            (true, true) => "a token of your directory (Authorization: Bearer …) or a key that has a role (x-functions-key)",
            (true, false) => "a token of your directory (Authorization: Bearer …)",
            _ => "a key that has a role (x-functions-key)",
        };
        return Answers.Error(ErrorCodes.Unauthorized, isGiven ? $"What the request was sent with is not accepted, or has expired. Send {proof}." : $"Send {proof}.");
    }

    private static string NameOf(Role role) => role.ToString().ToLowerInvariant();

    [LoggerMessage(EventId = 2201, Level = LogLevel.Warning, Message = "{Function} was refused: no key or token, or one that is not accepted")]
    private partial void LogUnauthorized(string function);

    [LoggerMessage(EventId = 2202, Level = LogLevel.Warning, Message = "{Function} was refused to {Subject}, who lacks the role {Role}")]
    private partial void LogForbidden(string function, string subject, Role role);

    [LoggerMessage(EventId = 2203, Level = LogLevel.Error, Message = "The metadata of {Authority} cannot be read")]
    private partial void LogUnavailable(Exception exception, string authority);
}
