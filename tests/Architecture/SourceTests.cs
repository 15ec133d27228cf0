using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Formae.Architecture.Tests;

/// <summary>Habits that a reader relies on and a compiler does not hold.</summary>
public sealed partial class SourceTests
{
    private const int LongFile = 300;

    /// <summary>Files that are long and better so, each with the reason why it is one idea.</summary>
    private static readonly Dictionary<string, string> LongFiles = new(StringComparer.Ordinal)
    {
    };

    [Fact]
    public void The_source_is_the_same_under_both_hosts() =>
        Repository.NoneOf("Conditional compilation outside of the one switch in eng/FormaeHost.props:", Repository
            .Places(Repository.FilesOf(".cs", "src", "functions"))
            .Where(line => line.Text.TrimStart().StartsWith("#if", StringComparison.Ordinal))
            .Select(line => line.Place));

    [Fact]
    public void Versions_are_central_and_exact()
    {
        Repository.NoneOf("A project names a version:", Repository
            .Places(Repository.FilesOf(".csproj"))
            .Where(line => PackageVersion().IsMatch(line.Text))
            .Select(line => line.Place));
        Repository.NoneOf("A version floats:", XDocument.Load(Repository.Full("Directory.Packages.props"))
            .Descendants("PackageVersion")
            .Where(package => !ExactVersion().IsMatch((string?)package.Attribute("Version") ?? ""))
            .Select(package => (string)package.Attribute("Include")!));
    }

    [Fact]
    public void Requests_to_plugins_leave_through_one_room()
    {
        // Who else sends to a request queue goes past the rate, the deadline and the computed message id. The conformance kit is its own coordinator, on a bus of its own.
        var senders = Repository.FilesOf(".cs", "src", "functions")
            .Where(file => !file.StartsWith("src/Embedded/", StringComparison.Ordinal))
            .Where(file => File.ReadAllText(Repository.Full(file)).Contains("CreateSender", StringComparison.Ordinal))
            .ToList();
        Repository.NoneOf("These send to the bus, which is for src/Coordination/Bus and the reports of src/Sdk.Functions/BusSenders.cs:", senders
            .Where(file => !file.StartsWith("src/Coordination/Bus/", StringComparison.Ordinal) && file is not ("src/Sdk.Functions/BusSenders.cs" or "src/Cli/Plugins/Exchange.cs")));
        Assert.Contains("src/Sdk.Functions/BusSenders.cs", senders);
        Assert.DoesNotContain("RequestQueue", File.ReadAllText(Repository.Full("src/Sdk.Functions/BusSenders.cs")), StringComparison.Ordinal);
    }

    [Fact]
    public void Event_ids_of_log_messages_are_unique()
    {
        var messages = Repository.FilesOf(".cs", "src", "functions", "bench")
            .SelectMany(file => LogMessage().Matches(File.ReadAllText(Repository.Full(file))).Select(match => (File: file, Id: EventId().Match(match.Value) is { Success: true } id ? id.Groups[1].Value : null)))
            .ToList();
        Assert.NotEmpty(messages);
        Repository.NoneOf("A log message without an event id:", messages.Where(message => message.Id is null).Select(message => message.File));
        Repository.NoneOf("Event ids that are there more than once:", messages.GroupBy(message => message.Id).Where(group => group.Count() > 1)
            .Select(group => $"{group.Key}: {string.Join(", ", group.Select(message => message.File).Distinct())}"));
    }

    [Fact]
    public void A_long_file_has_a_reason()
    {
        var longOnes = Repository.FilesOf(".cs").Where(file => Repository.Lines(file).Length > LongFile).ToList();
        Repository.NoneOf($"Over {LongFile} lines: which second idea moved in? Take it out, or give the reason in this test:", longOnes.Except(LongFiles.Keys));
        Repository.NoneOf($"Not over {LongFile} lines (any more); take the line out of this test:", LongFiles.Keys.Except(longOnes));
    }

    [GeneratedRegex("""<Package(Reference|Version)[^>]*\bVersion(Override)?=""")]
    private static partial Regex PackageVersion();

    [GeneratedRegex("""^\d+\.\d+\.\d+(\.\d+)?(-[0-9A-Za-z.-]+)?$""")]
    private static partial Regex ExactVersion();

    [GeneratedRegex("""\[LoggerMessage\(.*?\)\]""", RegexOptions.Singleline)]
    private static partial Regex LogMessage();

    [GeneratedRegex("""(?:LoggerMessage\(\s*|EventId\s*=\s*)(\d+)""")]
    private static partial Regex EventId();
}
