using System.Text.RegularExpressions;

namespace Formae.Servers;

/// <summary>dynalite, which does DynamoDB's tables and items in memory. It passes over the tags of a create, over added and removed indexes and over deletion protection.</summary>
public sealed partial class DynamoServer() : NodeServer("dynalite", "cli.js", expected: 1)
{
    /// <summary>Such as <c>http://127.0.0.1:40001</c>.</summary>
    public string Endpoint
    {
        get
        {
            SkipWhenMissing();
            return Addresses[0];
        }
    }

    /// <inheritdoc/>
    protected override Regex Listens => Line();

    // Given as 0 the port counts as not given; with the blank it is a text, and then 0 all the same. Tables are at work for long enough to be seen so.
    /// <inheritdoc/>
    protected override IEnumerable<string> Arguments => ["--host", "127.0.0.1", "--port", " 0", "--createTableMs", "40", "--updateTableMs", "40", "--deleteTableMs", "40"];

    [GeneratedRegex(@"listening at: (?<address>\S+)")]
    private static partial Regex Line();
}
