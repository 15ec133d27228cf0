using System.Xml.Linq;

namespace Formae.Architecture.Tests;

/// <summary>Who may refer to whom. The table is that of docs/architecture.md; a new arrow is a decision, not an accident.</summary>
public sealed class RingTests
{
    private static readonly Dictionary<string, Allowed> Table = new(StringComparer.Ordinal)
    {
        // Ring 0 and 1: nouns, decisions, bytes.
        ["src/Model"] = new([]),
        ["src/Engine"] = new(["src/Model"]),
        ["src/Protocol"] = new(["src/Model"], Packages: ["NuGet.Versioning", "YamlDotNet"], WebFramework: true),
        ["src/Telemetry"] = new([]),

        // Ring 2: what authors and callers see, and the embedded runtime.
        ["src/Sdk"] = new(["src/Model", "src/Protocol", "src/Telemetry"]),
        ["src/Sdk.Conformance"] = new(["src/Model", "src/Protocol"], WebFramework: true),
        ["src/Messaging"] = new(["src/Protocol"], ["ServiceBus"], ["Azure.Core", "Azure.Identity"], WebFramework: true),
        ["src/Client"] = new(["src/Protocol"]),
        ["src/Telemetry.Export"] = new(["src/Telemetry"], Packages: ["OpenTelemetry", "OpenTelemetry.Exporter.OpenTelemetryProtocol"], WebFramework: true),
        ["src/Embedded/Sqlite"] = new([], Packages: ["SQLitePCLRaw.bundle_e_sqlite3"]),
        ["src/Embedded/Tables"] = new(["src/Embedded/Sqlite"], Packages: ["Azure.Core"]),
        ["src/Embedded/ServiceBus"] = new(["src/Embedded/Sqlite"], Packages: ["Azure.Core"]),
        ["src/Embedded/DurableTask"] = new(["src/Embedded/Sqlite"], Packages: ["Azure.Core"], WebFramework: true),
        ["src/Embedded/Functions"] = new(["src/Embedded/ServiceBus", "src/Embedded/DurableTask"], Packages: ["Azure.Core"], WebFramework: true),
        ["src/Embedded/Host"] = new(["src/Embedded/ServiceBus"], WebFramework: true),

        // Ring 3: the rooms of the control plane, the plugin's triggers, the conformance kit.
        ["src/Coordination"] = new(["src/Engine", "src/Messaging", "src/Protocol", "src/Telemetry"], ["DurableTask", "ServiceBus", "Tables"], ["Azure.Identity"], WebFramework: true),
        ["src/Sdk.Functions"] = new(["src/Messaging", "src/Sdk", "src/Telemetry", "src/Telemetry.Export"], ["Functions", "ServiceBus"], ["Azure.Identity"], WebFramework: true),
        ["src/Sdk.Testing"] = new(["src/Sdk", "src/Sdk.Conformance"], Packages: ["xunit.v3.assert", "xunit.v3.extensibility.core"]),

        // Ring 4: what is started.
        ["functions/Coordinator"] = new(["src/Coordination", "src/Telemetry.Export"], ["Functions", "FunctionsAspNetCore", "DurableTask", "ServiceBus", "Tables"], ["Microsoft.IdentityModel.JsonWebTokens", "Microsoft.IdentityModel.Protocols.OpenIdConnect"]),
        ["functions/plugins/*"] = new(["src/Sdk", "src/Sdk.Functions"], ["Functions", "ServiceBus"], ["AWSSDK.DynamoDBv2", "AWSSDK.S3", "AWSSDK.SecurityToken", "Azure.Core", "Azure.Identity", "Azure.ResourceManager", "Npgsql"]),
        ["src/Cli"] = new(["src/Client", "src/Embedded/Host", "src/Messaging", "src/Sdk.Conformance", "src/Telemetry.Export"], [], ["Azure.Identity", "Spectre.Console", "System.CommandLine", "YamlDotNet"], WebFramework: true, BuiltBeside: ["functions/Coordinator", "functions/plugins/*"]),
    };

    public static TheoryData<string> Rooms => [.. Project.Every.Select(project => project.Room).Where(room => room.StartsWith("src/", StringComparison.Ordinal) || room.StartsWith("functions/", StringComparison.Ordinal))];

    [Theory]
    [MemberData(nameof(Rooms))]
    public void A_room_refers_to_what_the_table_allows(string room)
    {
        Assert.True(Table.TryGetValue(Kind(room), out var allowed), $"{room} is a new room: give it a line in this table and in docs/architecture.md.");
        var project = Project.Every.Single(project => project.Room == room);

        Repository.NoneOf($"{room} refers to rooms that it must not see:", project.Rooms.Except(allowed.Rooms));
        Repository.NoneOf($"{room} uses Azure libraries that it must not:", project.AzureSdk.Except(allowed.AzureSdk ?? []));
        Repository.NoneOf($"{room} uses packages that it must not:", project.Packages.Except(allowed.Packages ?? []));
        Repository.NoneOf($"{room} builds apps that it does not start:", project.BuiltBeside.Select(Kind).Except(allowed.BuiltBeside ?? []));
        Repository.NoneOf($"{room} uses frameworks that it must not:", project.Frameworks.Where(framework => !(allowed.WebFramework && framework == "Microsoft.AspNetCore.App")));
    }

    [Fact]
    public void The_table_names_rooms_that_exist() =>
        Repository.NoneOf("These lines of the table are out of date:", Table.Keys.Except(Project.Every.Select(project => Kind(project.Room))));

    [Theory]
    [InlineData("src/Sdk")]
    [InlineData("src/Sdk.Conformance")]
    [InlineData("src/Sdk.Testing")]
    [InlineData("src/Sdk.Functions")]
    [InlineData("functions/plugins/FakeAws")]
    [InlineData("functions/plugins/Local")]
    public void A_plugin_never_sees_the_engine(string room) =>
        Repository.NoneOf($"{room} reaches:", Project.ClosureOf(room).Intersect(["src/Engine", "src/Coordination", "functions/Coordinator"]));

    [Fact]
    public void The_embedded_runtime_knows_nothing_of_formae() =>
        Repository.NoneOf("Arrows out of src/Embedded:", Project.Every
            .Where(project => project.Room.StartsWith("src/Embedded/", StringComparison.Ordinal))
            .SelectMany(project => project.Rooms.Where(room => !room.StartsWith("src/Embedded/", StringComparison.Ordinal)).Select(room => $"{project.Room} -> {room}")));

    [Fact]
    public void Only_the_switch_chooses_a_host()
    {
        // A project names Azure libraries in AzureSdk; the embedded stand-ins and the packages are named in one props file.
        var named = Project.Every
            .Where(project => project.Room.StartsWith("functions/", StringComparison.Ordinal) || project.Room is "src/Coordination" or "src/Sdk.Functions")
            .Where(project => project.Mentions("FormaeHost") || project.Mentions("src/Embedded") || project.Mentions("Microsoft.Azure.Functions") || project.Mentions("Azure.Messaging") || project.Mentions("Azure.Data"))
            .Select(project => project.File);
        Repository.NoneOf("These projects choose a host themselves:", named);
    }

    [Fact]
    public void Each_azure_library_has_a_source_in_both_hosts()
    {
        var groups = XDocument.Load(Repository.Full("eng/FormaeHost.props")).Descendants("ItemGroup").ToList();
        foreach (var library in Project.Every.SelectMany(project => project.AzureSdk).Distinct())
        {
            foreach (var host in new[] { "Embedded", "Azure" })
            {
                Assert.True(
                    groups.Where(group => ((string?)group.Attribute("Condition"))?.Contains($"== '{host}'", StringComparison.Ordinal) == true)
                        .Elements()
                        .Any(item => IsFor((string?)item.Attribute("Condition"), library)),
                    $"eng/FormaeHost.props has nothing for {library} under {host}.");
            }
        }

        // MSBuild's Contains looks for a part of the text, so FunctionsAspNetCore is served by what Functions asks for as well.
        static bool IsFor(string? condition, string library) =>
            condition?.Split("Contains('").Skip(1).Any(part => library.Contains(part[..part.IndexOf('\'', StringComparison.Ordinal)], StringComparison.Ordinal)) == true;
    }

    [Fact]
    public void The_engine_is_held_by_its_list_of_banned_symbols()
    {
        var engine = Project.Every.Single(project => project.Room == "src/Engine");
        Assert.Contains("Microsoft.CodeAnalysis.BannedApiAnalyzers", engine.Analyzers);
        Assert.Contains("BannedSymbols.txt", engine.AdditionalFiles);
        Assert.False(engine.Mentions("RS0030"), "The engine's project switches the rule off.");
        Assert.DoesNotContain("RS0030", File.ReadAllText(Repository.Full(".editorconfig")), StringComparison.Ordinal);
        Assert.DoesNotContain("RS0030", File.ReadAllText(Repository.Full("Directory.Build.props")), StringComparison.Ordinal);

        var banned = Repository.Lines("src/Engine/BannedSymbols.txt").Select(line => line.Split(';')[0]).ToHashSet(StringComparer.Ordinal);
        Assert.Superset(
            new HashSet<string>(["P:System.DateTime.UtcNow", "P:System.DateTimeOffset.UtcNow", "T:System.TimeProvider", "M:System.Guid.NewGuid", "T:System.Random", "T:System.Threading.Tasks.Task", "T:System.Console", "T:System.IO.File", "T:System.Net.Http.HttpClient"]),
            banned);
        Repository.NoneOf("The engine looks away:", Repository.Places(Repository.FilesOf(".cs", "src/Engine")).Where(line => line.Text.Contains("RS0030", StringComparison.Ordinal)).Select(line => line.Place));
    }

    private static string Kind(string room) => room.StartsWith("functions/plugins/", StringComparison.Ordinal) ? "functions/plugins/*" : room;

    private sealed record Allowed(string[] Rooms, string[]? AzureSdk = null, string[]? Packages = null, bool WebFramework = false, string[]? BuiltBeside = null);
}
