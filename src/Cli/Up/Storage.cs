using Formae.Embedded.Host;

namespace Formae.Cli.Up;

/// <summary>Where a control plane keeps its rows, and what is too large for them. A data folder has one of the two, for as long as it is used.</summary>
/// <param name="Tables">The setting <c>FormaeStorage</c>.</param>
/// <param name="Payloads">The setting <c>FormaePayloads</c>.</param>
/// <param name="Servers">What must run for it.</param>
internal sealed record Storage(string Tables, string Payloads, IReadOnlyList<AppSpec> Servers)
{
    /// <param name="data">Where everything is kept.</param>
    /// <param name="azurite">Null: SQLite and a folder.</param>
    /// <exception cref="UpException">The folder has been used with the other one.</exception>
    public static Storage Of(DataDirectory data, AzuriteProgram? azurite)
    {
        var file = Path.Combine(data.Path, "store", "tables.db");
        if (azurite is null)
        {
            return Directory.Exists(AzuriteStorage.FolderIn(data.Path))
                ? throw new UpException($"What is in {data.Path} is kept in Azurite: start with --azurite, or choose another folder with --data.")
                : new Storage($"TableEndpoint={new Uri(file).AbsoluteUri}", Path.Combine(data.Path, "payloads"), []);
        }

        if (File.Exists(file))
            throw new UpException($"What is in {data.Path} is kept in SQLite: start without --azurite, or choose another folder with --data. Nothing is moved from one to the other.");
        var storage = AzuriteStorage.Of(data, azurite);
        return new Storage(storage.ConnectionString, storage.ConnectionString, [storage.Spec]);
    }
}
