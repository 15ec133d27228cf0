using System.Text.RegularExpressions;
using Formae.Architecture.Tests.Bicep;

namespace Formae.Architecture.Tests.Deployment;

/// <summary>The Bicep files by themselves: what can be told without their compiler.</summary>
public sealed partial class TemplateTests
{
    [Fact]
    public void Every_name_is_declared_and_used_and_modules_are_called_as_they_ask() =>
        Repository.NoneOf("The Bicep files have mistakes:", Infrastructure.All.SelectMany(file => BicepCheck.Mistakes(file, path => Infrastructure.Beside(file, path))));

    [Fact]
    public void Every_file_is_used()
    {
        var named = Infrastructure.All.SelectMany(file => file.Declarations.Where(declaration => declaration.Kind is "module" or "import" or "using").Select(declaration => Infrastructure.Beside(file, declaration.Type).Path));
        Repository.NoneOf("Nobody uses:", Infrastructure.Templates.Select(file => file.Path).Except(named));
    }

    [Fact]
    public void Every_parameter_and_output_says_what_it_is() =>
        Repository.NoneOf("Without a @description:", Infrastructure.Templates.SelectMany(file => file.Declarations
            .Where(declaration => declaration.Kind is "param" or "output" or "type" && string.IsNullOrWhiteSpace(declaration.Description))
            .Select(declaration => $"{file.Path}:{declaration.Line}: {declaration.Name}")));

    [Fact]
    public void Versions_of_resources_are_dates_of_releases_and_one_for_each_type()
    {
        Repository.NoneOf("No version of a release:", Infrastructure.Resources.Where(resource => !Released().IsMatch(resource.Version)).Select(resource => $"{resource.File}:{resource.Resource.Line}: {resource.Type}@{resource.Version}"));
        Repository.NoneOf("More than one version of a type:", Infrastructure.Resources.GroupBy(resource => resource.Type).Where(same => same.Select(resource => resource.Version).Distinct().Count() > 1).Select(same => same.Key));
    }

    [Fact]
    public void Files_of_parameters_give_what_is_asked_and_no_more()
    {
        Assert.Equal(["dev.bicepparam", "prod.bicepparam"], Infrastructure.Parameters.Select(file => Path.GetFileName(file.Path)));
        foreach (var file in Infrastructure.Parameters)
        {
            Assert.Equal(Infrastructure.Main.Path, Infrastructure.Beside(file, file.Of("using").Single().Type).Path);
            var given = file.Of("param").Select(param => param.Name).ToList();
            Repository.NoneOf($"{file.Path} gives what nobody asks for:", given.Except(Infrastructure.Main.Of("param").Select(param => param.Name)));
            Repository.NoneOf($"{file.Path} leaves out:", Infrastructure.Main.Of("param").Where(param => param.Value is null).Select(param => param.Name).Except(given));
        }
    }

    [Fact]
    public void No_secret_comes_in_or_goes_out()
    {
        Repository.NoneOf("A secret would be in the history of deployments:", Infrastructure.All.SelectMany(file => file.Declarations
            .Where(declaration => declaration.Kind is "param" or "output")
            .Where(declaration => declaration.Decorators.Any(decorator => decorator.Function == "secure") || SecretName().IsMatch(declaration.Name)
                || (declaration.Kind == "output" && declaration.Value!.All.Any(node => node is Node.Member { Name: var name } && SecretName().IsMatch(name))))
            .Select(declaration => $"{file.Path}:{declaration.Line}: {declaration.Name}")));
        Repository.NoneOf("A key is asked for, where an identity would do:", Infrastructure.All.SelectMany(file => file.Nodes
            .OfType<Node.Call>().Where(call => call.Function.StartsWith("list", StringComparison.OrdinalIgnoreCase) || call.Function == "getSecret")
            .Select(call => $"{file.Path}: {call.Function}")));
    }

    [GeneratedRegex(@"^\d{4}-\d\d-\d\d$")]
    private static partial Regex Released();

    [GeneratedRegex("secret|password|token$|accountKey|sharedKey|connectionString", RegexOptions.IgnoreCase)]
    private static partial Regex SecretName();
}
