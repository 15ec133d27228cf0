using Formae.Engine.Planning;
using Formae.Protocol.Documents;
using Microsoft.Extensions.Configuration;

namespace Formae.Coordination.Intake;

/// <summary>
/// What <c>${secret:NAME}</c> and <c>${auth:NAME}</c> stand for: what came with the request, else the coordinator's setting <c>FORMAE_SECRET_NAME</c> or
/// <c>FORMAE_AUTH_NAME</c>, which on Azure may be a reference to a key vault.
/// </summary>
public sealed class NamedSecrets(IConfiguration configuration)
{
    private const string Secret = "FORMAE_SECRET_";
    private const string Credential = "FORMAE_AUTH_";

    public DocumentInputs For(Submission submission)
    {
        var inputs = new DocumentInputs { Parameters = submission.Parameters };

        // What is destroyed needs none of them, and they may be gone already.
        return submission.Kind == CommandKind.Destroy ? inputs : inputs with
        {
            Secret = name => Find(submission.Secrets, Secret, name),
            Credential = name => Find(submission.Credentials, Credential, name),
        };
    }

    private string? Find(IReadOnlyDictionary<string, string> given, string prefix, string name) =>
        given.TryGetValue(name, out var value) ? value
        : configuration[prefix + string.Concat(name.Select(character => char.IsAsciiLetterOrDigit(character) ? char.ToUpperInvariant(character) : '_'))] is { Length: > 0 } set ? set
        : null;
}
