using Azure.Core;
using Formae.Plugins.AzureStorage.Accounts;

namespace Formae.Plugins.AzureStorage.Tests.Accounts;

/// <summary>Identities that get a token without asking anybody, or do not get one.</summary>
internal sealed class FakeIdentities(Exception? failure = null) : IdentitySource
{
    public List<string> Scopes { get; } = [];

    public List<StorageCredential.Identity> Asked { get; } = [];

    protected override TokenCredential Make(StorageCredential.Identity identity)
    {
        Asked.Add(identity);
        return new FakeCredential(this, failure);
    }

    private sealed class FakeCredential(FakeIdentities identities, Exception? failure) : TokenCredential
    {
        public override AccessToken GetToken(TokenRequestContext request, CancellationToken cancellationToken) => failure is null ? Token(request) : throw failure;

        public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext request, CancellationToken cancellationToken) => new(GetToken(request, cancellationToken));

        private AccessToken Token(TokenRequestContext request)
        {
            identities.Scopes.AddRange(request.Scopes);
            return new AccessToken("a-token", DateTimeOffset.MaxValue);
        }
    }
}
