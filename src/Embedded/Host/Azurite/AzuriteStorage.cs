using System.Globalization;

namespace Formae.Embedded.Host;

/// <summary>Azurite in a process of its own: blobs, queues and tables of one account, below the data folder.</summary>
/// <param name="Spec">The process.</param>
/// <param name="ConnectionString">Of the account, with its key.</param>
internal sealed record AzuriteStorage(AppSpec Spec, string ConnectionString)
{
    /// <summary>Its name among the apps.</summary>
    public const string Name = "azurite";

    /// <summary>Where a data folder has what Azurite keeps; not there, if it never kept anything.</summary>
    public static string FolderIn(string data) => Path.Combine(data, "azurite");

    /// <param name="data">Where everything is kept.</param>
    /// <param name="program">What is run.</param>
    public static AzuriteStorage Of(DataDirectory data, AzuriteProgram program)
    {
        var account = AzuriteAccount.In(Path.Combine(data.Path, "azurite.key"));
        var folder = Directory.CreateDirectory(FolderIn(data.Path)).FullName;
        var ports = FreePorts.Take(3);
        var spec = new AppSpec
        {
            Name = Name,
            Command = program.Node,
            Arguments =
            [
                program.Script, program.Package, data.ReadyFile(Name), "--blobPort", Text(ports[0]), "--queuePort", Text(ports[1]), "--tablePort", Text(ports[2]),
                "--location", folder, "--silent", "--disableTelemetry", "--skipApiVersionCheck",
            ],
            WorkingDirectory = folder,

            // Not among the arguments, which every user of the machine can read.
            Environment = new Dictionary<string, string?> { ["AZURITE_ACCOUNTS"] = account.Text },
            ReadyFile = data.ReadyFile(Name),
            Colour = ConsoleColor.Gray,
        };
        return new AzuriteStorage(
            spec,
            $"DefaultEndpointsProtocol=http;AccountName={account.Name};AccountKey={account.Key};BlobEndpoint={Address(ports[0])};QueueEndpoint={Address(ports[1])};TableEndpoint={Address(ports[2])}");

        string Address(int port) => $"http://127.0.0.1:{Text(port)}/{account.Name}";
    }

    private static string Text(int port) => port.ToString(CultureInfo.InvariantCulture);
}

/// <summary>What runs Azurite.</summary>
/// <param name="Node">Node.js.</param>
/// <param name="Script">The script that makes it keep what it has answered.</param>
/// <param name="Package">The folder of its package.</param>
internal sealed record AzuriteProgram(string Node, string Script, string Package);
