using System.Text.RegularExpressions;

namespace Formae.Servers;

/// <summary>s3rver, which does a part of S3 over a folder: buckets, objects and their tags. It knows no conditions on a put, and of buckets no tags, policies, lifecycles or versions.</summary>
public sealed partial class S3Server() : NodeServer("s3rver", "bin/s3rver.js", expected: 1)
{
    /// <summary>Such as <c>http://127.0.0.1:40001</c>.</summary>
    public string Endpoint
    {
        get
        {
            SkipWhenMissing();
            return $"http://{Addresses[0]}";
        }
    }

    /// <summary>The one key that it knows. It does not look at what today's signatures are made with.</summary>
    public static string AccessKeyId => "S3RVER";

    /// <inheritdoc/>
    protected override Regex Listens => Line();

    /// <inheritdoc/>
    protected override IEnumerable<string> Arguments => ["--directory", Folder, "--address", "127.0.0.1", "--port", "0", "--silent", "--no-vhost-buckets"];

    /// <inheritdoc/>
    protected override IEnumerable<KeyValuePair<string, string>> Variables => [KeyValuePair.Create("NODE_OPTIONS", Legacy)];

    // Its continuation tokens are made with a cipher that OpenSSL 3 has put aside.
    private const string Legacy = "--openssl-legacy-provider";

    [GeneratedRegex(@"listening on (?<address>\S+)")]
    private static partial Regex Line();
}
