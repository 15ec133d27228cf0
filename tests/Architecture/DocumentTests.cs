using System.Text.RegularExpressions;

namespace Formae.Architecture.Tests;

/// <summary>Documents that say what is not so are worse than none.</summary>
public sealed partial class DocumentTests
{
    /// <summary>Hosts that documents and tests may name; anything else may be somebody's own network.</summary>
    private static readonly string[] PublicHosts =
    [
        "localhost", "127.0.0.1", "amazon.com", "amazonaws.com", "[::1]", "github.com", "microsoft.com", "azure.com", "azure.net", "githubusercontent.com", "windows.net", "microsoftonline.com", "azurewebsites.net", "nuget.org", "dotnet.microsoft.com",
        "keepachangelog.com", "semver.org", "json-schema.org", "json.schemastore.org", "www.apache.org", "pkl-lang.org", "sqlite.org", "www.sqlite.org", "opentelemetry.io",
        "docs.azure.cn", "modal.com", "monitoringcost.com", "oneuptime.com", "chinacloudapi.cn", "usgovcloudapi.net",
        "example.com", "example.org", "example.net", "host.docker.internal",
    ];

    public static TheoryData<string> Documents => [.. Repository.FilesOf(".md")];

    [Theory]
    [MemberData(nameof(Documents))]
    public void Links_lead_somewhere(string document)
    {
        var folder = Path.GetDirectoryName(Repository.Full(document))!;
        var broken = new List<string>();
        foreach (var link in Links(Repository.Lines(document)))
        {
            var (path, anchor) = link.Split('#', 2) is [var before, var after] ? (before, after) : (link, null);
            var target = path.Length == 0 ? Repository.Full(document) : Path.GetFullPath(Path.Combine(folder, Uri.UnescapeDataString(path)));
            if (!File.Exists(target) && !Directory.Exists(target))
                broken.Add(link);
            else if (anchor is not null && target.EndsWith(".md", StringComparison.Ordinal) && !Anchors(File.ReadAllLines(target)).Contains(anchor))
                broken.Add($"{link} (no such heading)");
        }

        Repository.NoneOf($"{document} has links that lead nowhere:", broken);
    }

    [Fact]
    public void Ci_runs_the_commands_that_the_readme_begins_with()
    {
        var commands = Repository.Lines("README.md").SkipWhile(line => !line.StartsWith("```", StringComparison.Ordinal)).Skip(1).TakeWhile(line => !line.StartsWith("```", StringComparison.Ordinal)).ToList();
        Assert.Equal(2, commands.Count);
        var ci = Repository.Lines(".ci/run");
        Repository.NoneOf("The README promises what CI does not run:", commands.Where(command => !ci.Any(line => line.EndsWith(" " + command, StringComparison.Ordinal))));
    }

    [Fact]
    public void Decisions_are_numbered_without_gaps()
    {
        var files = Repository.FilesOf(".md", "docs/decisions").Select(file => Path.GetFileName(file)).ToList();
        Assert.NotEmpty(files);
        Repository.NoneOf("Names are NNNN-title.md:", files.Where(file => !DecisionName().IsMatch(file)));
        Assert.Equal(Enumerable.Range(1, files.Count).Select(number => number.ToString("D4")), files.Select(file => file[..4]).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_decision_has_its_four_parts_on_one_page()
    {
        foreach (var file in Repository.FilesOf(".md", "docs/decisions"))
        {
            var lines = Repository.Lines(file);
            Assert.Equal(["## Context", "## Options", "## Decision", "## Consequence"], lines.Where(line => line.StartsWith("## ", StringComparison.Ordinal)));
            Assert.True(lines.Length <= 60, $"{file} has {lines.Length} lines: one page is 60.");
        }
    }

    [Fact]
    public void No_file_knows_the_machine_it_was_written_on()
    {
        // Put together here, so that this file does not find itself.
        string[] paths = ["/" + "root/", "/" + "home/", "/" + "work/", "C:\\" + "Users\\"];
        Repository.NoneOf("Paths of a machine:", Repository.Places(Texts())
            .Where(line => paths.Any(path => line.Text.Replace("/home" + "/site/", "", StringComparison.Ordinal).Contains(path, StringComparison.Ordinal)))
            .Select(line => $"{line.Place}: {line.Text.Trim()}"));
    }

    [Fact]
    public void No_file_names_a_private_host_or_a_package_source()
    {
        Repository.NoneOf("Package sources are the machine's matter:", Repository.Files.Where(file => Path.GetFileName(file).ToLowerInvariant() is "nuget.config" or ".npmrc"));
        Repository.NoneOf("Hosts that are not known as public ones (add them to this test if they are):", Repository.Places(Texts())
            .SelectMany(line => Url().Matches(line.Text).Select(url => (line.Place, Host: url.Groups[1].Value)))
            .Where(url => url.Host.Contains('.', StringComparison.Ordinal) && !PublicHosts.Any(host => url.Host == host || url.Host.EndsWith("." + host, StringComparison.Ordinal)) && !IsReserved(url.Host))
            .Select(url => $"{url.Place}: {url.Host}"));
    }

    /// <summary>What no network has: names set aside for tests, the loopback, and hosts of the pretended cloud.</summary>
    private static bool IsReserved(string host) =>
        host.StartsWith("127.", StringComparison.Ordinal) || host.StartsWith("192.0.2.", StringComparison.Ordinal)
        || host.EndsWith(".test", StringComparison.Ordinal) || host.EndsWith(".invalid", StringComparison.Ordinal) || host.EndsWith(".example", StringComparison.Ordinal) || host.EndsWith(".localhost", StringComparison.Ordinal) || host.EndsWith(".fake", StringComparison.Ordinal);

    private static IEnumerable<string> Texts() =>
        Repository.Files.Where(file => Path.GetExtension(file) is not (".db" or ".png" or ".zip" or ".bin" or ".gz"));

    private static IEnumerable<string> Links(string[] lines)
    {
        var isCode = false;
        foreach (var line in lines)
        {
            if (line.TrimStart().StartsWith("```", StringComparison.Ordinal))
                isCode = !isCode;
            if (isCode)
                continue;
            foreach (Match link in Link().Matches(line))
            {
                if (!link.Groups[1].Value.Contains(':', StringComparison.Ordinal))
                    yield return link.Groups[1].Value;
            }
        }
    }

    private static HashSet<string> Anchors(string[] lines) =>
        [.. lines.Where(line => line.StartsWith('#')).Select(line => NotInAnchor().Replace(line.TrimStart('#').Trim().ToLowerInvariant(), "").Replace(' ', '-'))];

    [GeneratedRegex("""\]\(([^)\s]+)\)""")]
    private static partial Regex Link();

    [GeneratedRegex("""[^\w\- ]""")]
    private static partial Regex NotInAnchor();

    [GeneratedRegex("""^\d{4}-[a-z0-9-]+\.md$""")]
    private static partial Regex DecisionName();

    [GeneratedRegex("""https?://([A-Za-z0-9.\-\[\]]+)""")]
    private static partial Regex Url();
}
