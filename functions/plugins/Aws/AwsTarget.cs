using System.Text.Json.Serialization;
using Amazon;
using Formae.Sdk;

namespace Formae.Plugins.Aws;

/// <summary>The config of a target of this plugin.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record AwsTarget
{
    [RequiredOnCreate, Description("Such as eu-central-1.")]
    public string Region { get; init; } = "";

    [Description("Another server than AWS, for every service: an absolute address. Default: AWS.")]
    public string? Endpoint { get; init; }

    [Description("The same for S3 alone; goes before Endpoint.")]
    public string? S3Endpoint { get; init; }

    [Description("The same for DynamoDB alone; goes before Endpoint.")]
    public string? DynamoDBEndpoint { get; init; }

    [OneOf("credentials"), Description("With SecretAccessKey; without both, and without a profile, credentials come from the environment, as the AWS SDK finds them.")]
    public string? AccessKeyId { get; init; }

    [Opaque, Description("The other half of the pair.")]
    public string? SecretAccessKey { get; init; }

    [Opaque, Description("For temporary credentials.")]
    public string? SessionToken { get; init; }

    [OneOf("credentials"), Description("A profile of the AWS files of the plugin's user, in the place of keys.")]
    public string? Profile { get; init; }

    [Description("A role to work as: whoever the credentials belong to must be allowed to assume it.")]
    public string? RoleArn { get; init; }

    [Description("What the role's owner wants to hear from whoever assumes it.")]
    public string? ExternalId { get; init; }

    /// <exception cref="TargetConfigException">It cannot be used; the message says why, without a secret.</exception>
    public static AwsTarget Of(OperationContext request)
    {
        var target = request.Target<AwsTarget>().WithoutEmpty();
        if (target.Region.Length == 0)
            throw new TargetConfigException("The target has no Region.");
        if (target.Region.Any(c => !char.IsAsciiLetterOrDigit(c) && c != '-'))
            throw new TargetConfigException($"The target's Region '{target.Region}' is not the name of a region.");
        foreach (var (name, address) in ((string, string?)[])[("Endpoint", target.Endpoint), ("S3Endpoint", target.S3Endpoint), ("DynamoDBEndpoint", target.DynamoDBEndpoint)])
        {
            if (address is not null && !(Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri.UserInfo.Length == 0))
                throw new TargetConfigException($"The target's {name} is not an absolute http or https address without a user.");
        }

        if (target.AccessKeyId is null != target.SecretAccessKey is null)
            throw new TargetConfigException("The target has one of AccessKeyId and SecretAccessKey; it needs both or none.");
        if (target is { SessionToken: not null, AccessKeyId: null })
            throw new TargetConfigException("The target has a SessionToken without AccessKeyId and SecretAccessKey.");
        if (target is { Profile: not null, AccessKeyId: not null })
            throw new TargetConfigException("The target has a Profile and keys of its own; it may have one of them.");
        if (target is { ExternalId: not null, RoleArn: null })
            throw new TargetConfigException("The target has an ExternalId without a RoleArn.");
        return target;
    }

    /// <summary>A parameter of a document that nobody gave is an empty text.</summary>
    private AwsTarget WithoutEmpty()
    {
        static string? Given(string? text) => text is { Length: > 0 } ? text : null;
        return this with
        {
            Endpoint = Given(Endpoint),
            S3Endpoint = Given(S3Endpoint),
            DynamoDBEndpoint = Given(DynamoDBEndpoint),
            AccessKeyId = Given(AccessKeyId),
            SecretAccessKey = Given(SecretAccessKey),
            SessionToken = Given(SessionToken),
            Profile = Given(Profile),
            RoleArn = Given(RoleArn),
            ExternalId = Given(ExternalId),
        };
    }

    /// <summary>Where S3 is, when it is not AWS.</summary>
    public string? OwnS3 => S3Endpoint ?? Endpoint;

    /// <summary>Where DynamoDB is, when it is not AWS.</summary>
    public string? OwnDynamoDB => DynamoDBEndpoint ?? Endpoint;

    /// <summary><c>aws</c>, <c>aws-cn</c>, <c>aws-us-gov</c>: how ARNs of the region begin.</summary>
    public string Partition => RegionEndpoint.GetBySystemName(Region).PartitionName;

    // Records print their members, and these are secrets.
    public override string ToString() => $"AWS {Region}";
}
