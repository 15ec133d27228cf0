using Microsoft.Extensions.Options;

namespace Formae.Coordinator.Http.Access;

/// <summary>Who may use the HTTP API, section <c>Formae:Access</c>. With nothing set, only the platform's own keys are asked for.</summary>
public sealed class AccessOptions
{
    public const string Section = "Formae:Access";

    /// <summary>
    /// Role (<c>reader</c>, <c>operator</c>, <c>admin</c>) → name or number of a key → the SHA-256 digest of the key, in hex. The name of whoever has the key is told
    /// with his commands. Default none.
    /// </summary>
    public Dictionary<string, Dictionary<string, string>> Keys { get; init; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Tokens of Microsoft Entra ID. Default: none is accepted.</summary>
    public EntraOptions Entra { get; init; } = new();

    public bool IsControlled => Keys.Count > 0 || Entra.IsSet;
}

/// <summary>Which tokens of Microsoft Entra ID are accepted: <c>Formae:Access:Entra</c>.</summary>
public sealed class EntraOptions
{
    /// <summary>The directory's id. Default none.</summary>
    public string TenantId { get; init; } = "";

    /// <summary>For whom tokens must be: the application id of the API's registration, or its URI (<c>api://…</c>). Default none.</summary>
    public string Audience { get; init; } = "";

    /// <summary>Where the metadata is, for national clouds. Default <c>https://login.microsoftonline.com/{TenantId}/v2.0</c>.</summary>
    public string Authority { get; init; } = "";

    public bool IsSet => TenantId.Length > 0 || Audience.Length > 0;

    public string AuthorityOrDefault => Authority.Length > 0 ? Authority.TrimEnd('/') : $"https://login.microsoftonline.com/{TenantId}/v2.0";
}

/// <summary>A setting that is wrong must not open the control plane, nor close it without a word: the app does not start.</summary>
internal sealed class AccessOptionsCheck : IValidateOptions<AccessOptions>
{
    public ValidateOptionsResult Validate(string? name, AccessOptions options)
    {
        var problems = new List<string>();
        foreach (var (role, digests) in options.Keys)
        {
            if (role.ToLowerInvariant() is not ("reader" or "operator" or "admin"))
                problems.Add($"{AccessOptions.Section}:Keys:{role}: the roles are reader, operator and admin.");
            problems.AddRange(digests.Values.Where(digest => digest.Length != 64 || !digest.All(char.IsAsciiHexDigit))
                .Select(_ => $"{AccessOptions.Section}:Keys:{role}: each entry is the SHA-256 of a key, 64 hex digits."));
        }

        if (options.Entra.IsSet && (options.Entra.TenantId.Length == 0 || options.Entra.Audience.Length == 0))
            problems.Add($"{AccessOptions.Section}:Entra: TenantId and Audience belong together.");
        if (options.Entra.IsSet && !(Uri.TryCreate(options.Entra.AuthorityOrDefault, UriKind.Absolute, out var authority) && (authority.Scheme == Uri.UriSchemeHttps || authority.IsLoopback)))
            problems.Add($"{AccessOptions.Section}:Entra:Authority is an https address.");
        return problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
    }
}
