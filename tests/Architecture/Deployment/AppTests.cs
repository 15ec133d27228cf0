using System.Text.Json;
using Formae.Architecture.Tests.Bicep;
using YamlDotNet.RepresentationModel;

namespace Formae.Architecture.Tests.Deployment;

/// <summary>Every app of the solution is deployed, as itself.</summary>
public sealed class AppTests
{
    /// <summary>Folders of plugins that run on Azure.</summary>
    private static IReadOnlyList<string> Plugins => [.. Project.Every.Select(project => project.Room).Where(room => room.StartsWith("functions/plugins/", StringComparison.Ordinal)).Except(Infrastructure.ForOneMachine).Order(StringComparer.Ordinal)];

    [Fact]
    public void Every_plugin_is_in_every_file_of_parameters()
    {
        Repository.NoneOf("Said to be for one machine, and not there:", Infrastructure.ForOneMachine.Except(Project.Every.Select(project => project.Room)));
        var manifests = Plugins.Select(Manifest).ToList();
        foreach (var file in Infrastructure.Parameters)
            Assert.Equal(manifests.Order(), Infrastructure.PluginsOf(file).Select(plugin => (plugin.TextOf("name")!, plugin.TextOf("namespace")!, plugin.TextOf("version")!)).Order());
    }

    [Fact]
    public void Every_app_is_a_service_of_azd()
    {
        var services = Infrastructure.Services();
        Assert.Equal(Plugins.Select(folder => Manifest(folder).Name).Append("coordinator").Order(StringComparer.Ordinal), services.Keys.Order(StringComparer.Ordinal));
        foreach (var (name, service) in services)
        {
            Assert.Equal("function", Text(service, "host"));
            Assert.Equal($"artifacts/azure/{name}", Text(service, "dist"));
        }

        // What azd deploys is what the hook has published.
        var hook = File.ReadAllText(Repository.Full("infra/hooks/publish.sh"));
        Assert.All(Plugins.Append("functions/Coordinator"), folder => Assert.Contains($"{folder} ", hook, StringComparison.Ordinal));
        Assert.All(services.Keys, name => Assert.Contains($" {name}\n", hook, StringComparison.Ordinal));
        Assert.Contains("-p:FormaeHost=Azure", hook, StringComparison.Ordinal);
    }

    [Fact]
    public void Apps_find_their_service_by_its_tag()
    {
        var app = Infrastructure.Module("function-app").Resources.Single(resource => resource.Type == "Microsoft.Web/sites").Resource;
        Assert.Contains(app.Body["tags"]!.All.OfType<Node.Text>(), text => text.Plain == "azd-service-name");
        Assert.Equal(["coordinator", null], Infrastructure.CallsOf("function-app").Select(call => call.TextOf("service")));
        Assert.Equal(new Node.Member(new Node.Symbol("plugin"), "name"), Infrastructure.CallsOf("function-app").Last()["service"]);
    }

    [Fact]
    public void Functions_that_are_kept_warm_are_there()
    {
        Assert.Equal(["http", "function:Operation"], Infrastructure.CallsOf("function-app").Select(call => call.TextOf("warm")));
        Assert.Contains("[Function(\"Operation\")]", File.ReadAllText(Repository.Full("src/Sdk.Functions/OperationFunction.cs")), StringComparison.Ordinal);
    }

    [Fact]
    public void The_runtime_is_that_of_the_build()
    {
        var app = Infrastructure.Module("function-app").Resources.Single(resource => resource.Type == "Microsoft.Web/sites").Resource.Body;
        Assert.Equal("dotnet-isolated", app.TextOf("properties", "functionAppConfig", "runtime", "name"));
        Assert.Contains($"<TargetFramework>net{app.TextOf("properties", "functionAppConfig", "runtime", "version")}</TargetFramework>", File.ReadAllText(Repository.Full("Directory.Build.props")), StringComparison.Ordinal);
    }

    private static (string Name, string Namespace, string Version) Manifest(string folder)
    {
        var manifest = JsonElement.Parse(File.ReadAllText(Repository.Full($"{folder}/plugin.json")));
        return (manifest.GetProperty("name").GetString()!, manifest.GetProperty("namespace").GetString()!, manifest.GetProperty("version").GetString()!);
    }

    private static string? Text(YamlMappingNode node, string name) => node.Children.TryGetValue(name, out var value) ? ((YamlScalarNode)value).Value : null;
}
