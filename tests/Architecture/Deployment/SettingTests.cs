using System.Text.RegularExpressions;
using Formae.Architecture.Tests.Bicep;

namespace Formae.Architecture.Tests.Deployment;

/// <summary>Settings: those that code reads are set or need not be, and those that are set are read.</summary>
public sealed partial class SettingTests
{
    /// <summary>Settings that the Functions host and the libraries of Azure read, and what for.</summary>
    private static readonly Dictionary<string, string> OfThePlatform = new(StringComparer.Ordinal)
    {
        ["APPLICATIONINSIGHTS_AUTHENTICATION_STRING"] = "the host writes its log with the identity",
        ["APPLICATIONINSIGHTS_CONNECTION_STRING"] = "where the host writes its log to",
        ["AZURE_CLIENT_ID"] = "which identity DefaultAzureCredential takes",
        ["AzureFunctionsJobHost:extensions:durableTask:storageProvider:connectionStringName"] = "in the place of what host.json says",
        ["AzureFunctionsJobHost:extensions:durableTask:storageProvider:largePayloadStorageEnabled"] = "beside what host.json says",
        ["AzureFunctionsJobHost:extensions:durableTask:storageProvider:largePayloadStorageThresholdBytes"] = "beside what host.json says",
        ["AzureFunctionsJobHost:extensions:durableTask:storageProvider:type"] = "in the place of what host.json says",
        ["AzureWebJobsStorage:blobServiceUri"] = "the host's locks and keys",
        ["AzureWebJobsStorage:clientId"] = "the identity for it",
        ["AzureWebJobsStorage:credential"] = "the identity for it",
        ["AzureWebJobsStorage:queueServiceUri"] = "the task hub on Azure Storage",
        ["AzureWebJobsStorage:tableServiceUri"] = "the task hub on Azure Storage",
        ["DURABLE_TASK_SCHEDULER_CONNECTION_STRING"] = "the task hub in the scheduler",
        ["OTEL_EXPORTER_OTLP_ENDPOINT"] = "the exporter of OpenTelemetry",
        ["ServiceBus:clientId"] = "the triggers' identity",
        ["ServiceBus:credential"] = "the triggers' identity",
    };

    /// <summary>Settings that code reads and a deployment leaves alone, and why that is right. Sections have a default for every option.</summary>
    private static readonly Dictionary<string, string> NotSet = new(StringComparer.Ordinal)
    {
        ["AZURE_STORAGE_ACCOUNT"] = "the AzureStorage plugin's default account on one machine; on Azure targets name theirs, and the app has an identity",
        ["AZURE_STORAGE_KEY"] = "the key of that account",
        ["AZURE_STORAGE_SAS_TOKEN"] = "the same",
        ["Formae"] = "a section, of the plugins' settings",
        ["FakeAwsCloudFile"] = "FakeAws runs on one machine",
        ["FormaeKeyRing"] = "the folder of one machine; on Azure FormaeKeyRing:blobServiceUri",
        ["FormaeLargestReportBytes"] = "has a default",
        ["FormaeMaxRequestsPerSecond"] = "has a default, the plugin's own",
        ["FormaeMeters"] = "none beside Formae's own",
        ["FormaeMessageKeyFile"] = "a file of one machine; on Azure FormaeMessageKeys",
        ["FormaePayloads"] = "the folder of one machine; on Azure FormaePayloads:blobServiceUri",
        ["FormaePluginData"] = "FakeAws and Local run on one machine",
        ["FormaePluginManifest"] = "has a default",
        ["FormaeReportLingerMs"] = "has a default",
        ["FormaeStorage"] = "a connection string; on Azure FormaeStorage:tableServiceUri",
        ["FormaeTraceFile"] = "a file of one machine",
        ["FormaeTraceSources"] = "none beside Formae's own",
        ["Formae:Access"] = "no roles and no tokens unless 'entraAudience' says otherwise",
        ["Formae:Events"] = "a section",
        ["Formae:Intake"] = "a section",
        ["Formae:Operations"] = "a section",
        ["Formae:Synchronization"] = "a section",
        ["FORMAE_AUTH_"] = "names of it are in documents; those of a deployment come by 'coordinatorSettings'",
        ["FORMAE_SECRET_"] = "the same",
        ["OTEL_METRIC_EXPORT_INTERVAL"] = "has a default",
        ["OTEL_SDK_DISABLED"] = "has a default",
        ["OTEL_SERVICE_NAME"] = "has a default",
        ["PGDATABASE"] = "the Postgres plugin's default on one machine; on Azure targets name their server and who connects, with the password as a secret of the document",
        ["PGHOST"] = "the same",
        ["PGPASSWORD"] = "the same",
        ["PGPORT"] = "the same",
        ["PGSSLMODE"] = "the same",
        ["PGSSLROOTCERT"] = "the same",
        ["PGUSER"] = "the same",
        ["ServiceBus"] = "a connection string; on Azure ServiceBus:fullyQualifiedNamespace",
    };

    [Fact]
    public void What_code_reads_is_set_or_need_not_be()
    {
        var read = ReadByCode();
        Repository.NoneOf("Code reads these, nothing sets them, and nothing says why that is right:", read.Except(Set()).Except(NotSet.Keys).Except(OfThePlatform.Keys).Order(StringComparer.Ordinal));
        Repository.NoneOf("Said to be left alone, and no code reads them (any more):", NotSet.Keys.Except(read));
        Repository.NoneOf("Said to be left alone, and set:", NotSet.Keys.Intersect(Set()));
    }

    [Fact]
    public void What_is_set_is_read()
    {
        var read = ReadByCode();
        Repository.NoneOf("Nobody reads these:", Set().Where(name => !OfThePlatform.ContainsKey(name) && !read.Contains(name) && !read.Any(section => name.StartsWith(section + ":", StringComparison.Ordinal) && OptionExists(name))).Order(StringComparer.Ordinal));
        Repository.NoneOf("Said to be of the platform, and not set:", OfThePlatform.Keys.Except(Set()));
    }

    [Fact]
    public void What_is_set_is_in_the_documentation()
    {
        var text = File.ReadAllText(Repository.Full("docs/azure.md"));
        Repository.NoneOf("docs/azure.md says nothing of:", Set().Where(name => !OfThePlatform.ContainsKey(name) && !text.Contains($"`{name.Replace(":", "__", StringComparison.Ordinal)}`", StringComparison.Ordinal)));
    }

    [Fact]
    public void The_secret_has_one_name()
    {
        var reference = (Node.Text)((Node.Map)Infrastructure.Module("function-app").Of("var").Single(value => value.Name == "common").Value!)["FormaeMessageKeys"]!;
        Assert.Equal("@Microsoft.KeyVault(VaultName={};SecretName=formae-message-keys)", reference.Pattern);
        Assert.Contains("formae-message-keys", File.ReadAllText(Repository.Full("infra/hooks/message-keys.sh")), StringComparison.Ordinal);
    }

    [Fact]
    public void Values_of_the_files_of_parameters_are_options()
    {
        var given = Infrastructure.Parameters.SelectMany(file => file.Of("param").Where(param => param.Name == "coordinatorSettings").SelectMany(param => NamesIn(Infrastructure.Main, param.Value!)));
        Repository.NoneOf("There is no such option:", given.Where(name => !OptionExists(name)));
    }

    /// <summary>Names with a colon, as code has them.</summary>
    private static HashSet<string> Set()
    {
        var module = Infrastructure.Module("function-app");
        var settings = module.Resources.Single(resource => resource.Type == "Microsoft.Web/sites/config").Resource.Body["properties"]!;
        return [.. NamesIn(module, settings), .. Infrastructure.CallsOf("function-app").SelectMany(call => NamesIn(Infrastructure.Main, call["settings"]!))];
    }

    /// <summary>The names of every object that may become part of a value: behind variables, choices and unions.</summary>
    private static IEnumerable<string> NamesIn(BicepFile file, Node node) => node switch
    {
        Node.Map map => map.Properties.Select(property => ((Node.Text)property.Name).Plain!.Replace("__", ":", StringComparison.Ordinal)),
        Node.Choice choice => NamesIn(file, choice.Then).Concat(NamesIn(file, choice.Else)),
        Node.Call { Function: "union" } union => union.Arguments.SelectMany(argument => NamesIn(file, argument)),
        Node.Operation { Operator: "??" } either => NamesIn(file, either.Left).Concat(NamesIn(file, either.Right)),
        Node.Symbol symbol when file.Of("var").SingleOrDefault(value => value.Name == symbol.Name) is { } variable => NamesIn(file, variable.Value!),
        // What a parameter brings is looked at where it is given.
        Node.Symbol or Node.Member => [],
        _ => throw new FormatException($"{file.Path}: settings come from {node}, which this test does not follow."),
    };

    private static HashSet<string> ReadByCode()
    {
        var read = new HashSet<string>(StringComparer.Ordinal);
        foreach (var file in Repository.FilesOf(".cs", "src", "functions").Where(file => !file.StartsWith("src/Embedded/", StringComparison.Ordinal) && !file.StartsWith("src/Cli/", StringComparison.Ordinal)))
        {
            var text = File.ReadAllText(Repository.Full(file));
            var constants = Constant().Matches(text).ToDictionary(match => match.Groups[1].Value, match => match.Groups[2].Value, StringComparer.Ordinal);
            foreach (Match match in ByName().Matches(text))
                read.Add(match.Groups[1].Value);
            foreach (Match match in ByConstant().Matches(text).Where(match => constants.ContainsKey(match.Groups[1].Value)))
                read.Add(constants[match.Groups[1].Value]);
            foreach (var (helper, parameter) in Helpers(file, text))
                read.UnionWith(Given(text, constants, helper, parameter));
            foreach (Match match in Section().Matches(text))
                read.Add(match.Groups[1].Value);
            foreach (Match match in OfTrigger().Matches(text))
                read.Add(match.Groups[1].Value);
        }

        return read;
    }

    /// <summary>
    /// Methods of a file that read a setting whose name they are given, with the place of that parameter; and those that pass a parameter on to one of them. A setting that is read by a name of which
    /// this cannot be told is a mistake: nobody would see whether it is set.
    /// </summary>
    private static HashSet<(string Method, int Parameter)> Helpers(string file, string text)
    {
        var methods = Method().Matches(text).Select(match => (Name: match.Groups["name"].Value, Parameters: Regex.Replace(match.Groups["parameters"].Value, "<[^<>]*>", "").Split(',').Select(parameter => parameter.Trim().Split(' ')[^1]).ToList(), match.Index)).ToList();
        var helpers = new HashSet<(string Method, int Parameter)>();
        foreach (Match match in ByVariable().Matches(text))
        {
            var (name, parameters, _) = methods.LastOrDefault(method => method.Index < match.Index);
            var place = parameters?.IndexOf(match.Groups[1].Value) ?? -1;
            if (place < 0)
                throw new FormatException($"{file} reads a setting by '{match.Groups[1].Value}', and this test does not see what that may be.");
            helpers.Add((name, place));
        }

        for (var known = -1; known != helpers.Count;)
        {
            known = helpers.Count;
            foreach (var (helper, place) in helpers.ToList())
            {
                foreach (var call in Calls(text, helper).Where(call => call.Arguments.Count > place))
                {
                    var (name, parameters, _) = methods.LastOrDefault(method => method.Index < call.Index);
                    if (parameters?.IndexOf(call.Arguments[place]) is >= 0 and var passed)
                        helpers.Add((name, passed));
                }
            }
        }

        return helpers;
    }

    /// <summary>The names that a file passes to a method that reads settings.</summary>
    private static IEnumerable<string> Given(string text, Dictionary<string, string> constants, string helper, int parameter) => Calls(text, helper)
        .Where(call => call.Arguments.Count > parameter)
        .Select(call => call.Arguments[parameter])
        .Select(argument => argument.StartsWith('"') ? argument.Trim('"') : constants.GetValueOrDefault(argument))
        .OfType<string>();

    private static IEnumerable<(int Index, List<string> Arguments)> Calls(string text, string method) => Regex.Matches(text, $@"\b{method}\(([^()]*)\)")
        .Select(match => (match.Index, match.Groups[1].Value.Split(',').Select(argument => argument.Trim()).ToList()));

    /// <summary>Whether an options class has a property of the last part of the name, and a section of the first.</summary>
    private static bool OptionExists(string name) => Repository.FilesOf(".cs", "src", "functions")
        .Select(file => File.ReadAllText(Repository.Full(file)))
        .Any(text => Section().Match(text) is { Success: true } section && name.StartsWith(section.Groups[1].Value + ":", StringComparison.Ordinal)
            && name[(section.Groups[1].Length + 1)..].Split(':').All(part => Regex.IsMatch(text, $$"""\b{{part}} \{ get;""")));

    [GeneratedRegex("""(?:[sS]ettings|[cC]onfiguration)(?:\[|\.GetValue(?:<[^(]+>)?\()"([A-Za-z_:]+)["]""")]
    private static partial Regex ByName();

    [GeneratedRegex("""(?:[sS]ettings|[cC]onfiguration)(?:\[|\.GetValue(?:<[^(]+>)?\()([A-Z]\w+)\]""")]
    private static partial Regex ByConstant();

    /// <summary>A setting that is read by the value of a variable, or by one that begins with it.</summary>
    [GeneratedRegex("""(?:[sS]ettings|[cC]onfiguration)\[([a-z]\w*)(?:\]| \+)""")]
    private static partial Regex ByVariable();

    /// <summary>A method, or a local function, that takes something.</summary>
    [GeneratedRegex("""(?:\w|[>?\]]) (?<name>[A-Z]\w*)\((?<parameters>(?:[\w<>?,\[\] ]+) \w+)\)\s*(?:=>|\{|:)""")]
    private static partial Regex Method();

    [GeneratedRegex("""const string (\w+) = "([^"]+)";""")]
    private static partial Regex Constant();

    [GeneratedRegex("""const string Section = "([^"]+)";""")]
    private static partial Regex Section();

    [GeneratedRegex("""Trigger\("%(\w+)%["]""")]
    private static partial Regex OfTrigger();
}
