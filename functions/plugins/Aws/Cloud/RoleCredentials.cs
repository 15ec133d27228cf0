using Amazon.Runtime;
using Amazon.SecurityToken;
using Amazon.SecurityToken.Model;

namespace Formae.Plugins.Aws;

/// <summary>The keys of a role for an hour, and new ones in time. What AWS has against it comes out of the call that needed them.</summary>
internal sealed class RoleCredentials : RefreshingAWSCredentials
{
    private readonly IAmazonSecurityTokenService _tokens;
    private readonly AwsTarget _target;

    public RoleCredentials(IAmazonSecurityTokenService tokens, AwsTarget target)
    {
        (_tokens, _target) = (tokens, target);
        PreemptExpiryTime = TimeSpan.FromMinutes(5);
    }

    // Where the SDK looks up the address of DynamoDB it asks for the keys without waiting for anything; it has no other way. This blocks a thread once an hour, for 30 s at most.
    protected override CredentialsRefreshState GenerateNewCredentials() => Task.Run(GenerateNewCredentialsAsync).GetAwaiter().GetResult();

    protected override async Task<CredentialsRefreshState> GenerateNewCredentialsAsync()
    {
        var request = new AssumeRoleRequest { RoleArn = _target.RoleArn, RoleSessionName = "formae", ExternalId = _target.ExternalId, DurationSeconds = 3600 };
        var keys = (await _tokens.AssumeRoleAsync(request, CancellationToken.None).ConfigureAwait(false)).Credentials;
        return new CredentialsRefreshState(new ImmutableCredentials(keys.AccessKeyId, keys.SecretAccessKey, keys.SessionToken), keys.Expiration!.Value.ToUniversalTime());
    }
}
