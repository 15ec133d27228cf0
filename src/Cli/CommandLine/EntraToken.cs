using Azure.Core;
using Azure.Identity;

namespace Formae.Cli.CommandLine;

/// <summary>Tokens of Microsoft Entra ID for the control plane's application. The credential keeps them until they are about to end.</summary>
internal sealed class EntraToken(Func<TokenCredential> credential, string audience)
{
    private readonly Lazy<TokenCredential> _credential = new(credential);

    /// <exception cref="TokenException">There is no identity, or it gets no token.</exception>
    public async ValueTask<string> GetAsync(CancellationToken cancellation)
    {
        var scope = $"{audience.TrimEnd('/')}/.default";
        try
        {
            return (await _credential.Value.GetTokenAsync(new TokenRequestContext([scope]), cancellation)).Token;
        }
        catch (AuthenticationFailedException e)
        {
            throw new TokenException($"There is no token for {scope}: {e.Message.ReplaceLineEndings(" ")}", e);
        }
    }
}

/// <summary>No token could be had.</summary>
internal sealed class TokenException(string message, Exception inner) : Exception(message, inner);
