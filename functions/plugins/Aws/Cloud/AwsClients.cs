using System.Collections.Concurrent;
using Amazon;
using Amazon.DynamoDBv2;
using Amazon.Runtime;
using Amazon.Runtime.CredentialManagement;
using Amazon.S3;
using Amazon.SecurityToken;
using Formae.Sdk;

namespace Formae.Plugins.Aws;

/// <summary>The SDK's clients of each target, made once. They never try again by themselves: the engine does.</summary>
internal sealed class AwsClients(AwsHttp http)
{
    // Temporary keys make a new target each time they change; the old ones must not stay for good.
    private const int Most = 100;

    private readonly ConcurrentDictionary<AwsTarget, Clients> _clients = new();

    public IAmazonS3 S3(AwsTarget target) => Of(target).S3.Value;

    public IAmazonDynamoDB DynamoDB(AwsTarget target) => Of(target).DynamoDB.Value;

    private Clients Of(AwsTarget target)
    {
        if (_clients.Count >= Most)
            _clients.Clear();
        return _clients.GetOrAdd(target, one => new Clients(Later<IAmazonS3>(() => MakeS3(one)), Later<IAmazonDynamoDB>(() => MakeDynamoDB(one))));

        // A failure is not kept: a profile that is missing may come.
        static Lazy<T> Later<T>(Func<T> make) => new(make, LazyThreadSafetyMode.PublicationOnly);
    }

    private AmazonS3Client MakeS3(AwsTarget target)
    {
        var config = new AmazonS3Config
        {
            ForcePathStyle = target.OwnS3 is not null,
            DisableS3ExpressSessionAuth = true,
        };
        Configure(config, target, target.OwnS3);
        return CredentialsOf(target) is { } credentials ? new AmazonS3Client(credentials, config) : new AmazonS3Client(config);
    }

    private AmazonDynamoDBClient MakeDynamoDB(AwsTarget target)
    {
        // Account-based addresses would need another name for each account, which an endpoint of one's own does not have.
        var config = new AmazonDynamoDBConfig { AccountIdEndpointMode = AccountIdEndpointMode.DISABLED };
        Configure(config, target, target.OwnDynamoDB);
        return CredentialsOf(target) is { } credentials ? new AmazonDynamoDBClient(credentials, config) : new AmazonDynamoDBClient(config);
    }

    private void Configure(ClientConfig config, AwsTarget target, string? endpoint)
    {
        config.HttpClientFactory = http;
        config.MaxErrorRetry = 0;
        config.MaxStaleConnectionRetries = 0;
        config.ThrottleRetries = false;
        config.DisableLogging = true;
        config.IgnoreConfiguredEndpointUrls = true;

        // The hash of each body is signed, so a further checksum proves nothing more; and other servers than AWS do not know the chunked form that it comes in.
        config.RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED;
        config.ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED;
        if (endpoint is null)
        {
            config.RegionEndpoint = RegionEndpoint.GetBySystemName(target.Region);
            return;
        }

        config.ServiceURL = endpoint;
        config.AuthenticationRegion = target.Region;
    }

    /// <returns>Null: as the SDK finds them (environment, container, instance role).</returns>
    private AWSCredentials? CredentialsOf(AwsTarget target)
    {
        if (target.RoleArn is null)
            return OwnCredentialsOf(target);
        var config = new AmazonSecurityTokenServiceConfig();
        Configure(config, target, target.Endpoint);
        return new RoleCredentials(OwnCredentialsOf(target) is { } own ? new AmazonSecurityTokenServiceClient(own, config) : new AmazonSecurityTokenServiceClient(config), target);
    }

    private static AWSCredentials? OwnCredentialsOf(AwsTarget target)
    {
        if (target is { AccessKeyId: { } id, SecretAccessKey: { } secret })
            return target.SessionToken is { } token ? new SessionAWSCredentials(id, secret, token) : new BasicAWSCredentials(id, secret);
        if (target.Profile is not { } profile)
            return null;
        return new CredentialProfileStoreChain().TryGetAWSCredentials(profile, out var found)
            ? found
            : throw new TargetConfigException($"There is no AWS profile '{profile}' with credentials where this plugin runs.");
    }

    private sealed record Clients(Lazy<IAmazonS3> S3, Lazy<IAmazonDynamoDB> DynamoDB);
}
