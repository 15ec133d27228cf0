using System.Security.Cryptography;
using System.Text;
using Formae.Embedded.Sqlite;

namespace Formae.Embedded.Host;

/// <summary>The one folder in which everything of a running system lives. One live owner.</summary>
internal sealed class DataDirectory : IDisposable
{
    private const int KeyBytes = 32;

    private readonly OwnerLock _owner;

    private DataDirectory(string path, OwnerLock owner) => (Path, _owner) = (path, owner);

    public string Path { get; }

    public string BusFolder => Folder("bus");

    public string BusKeyFile => System.IO.Path.Combine(Path, "bus.key");

    public string TopologyFile => System.IO.Path.Combine(BusFolder, "topology.json");

    public string LogsFolder => Folder("logs");

    /// <summary>Takes the folder, making it where it is missing.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="owner">Who takes it, for whoever is refused meanwhile.</param>
    /// <exception cref="StoreInUseException">Somebody has it; the message says who.</exception>
    public static DataDirectory Open(string path, string owner)
    {
        path = System.IO.Path.GetFullPath(path);
        CreatePrivate(path);
        return new DataDirectory(path, OwnerLock.Take(System.IO.Path.Combine(path, "owner.lock"), owner));
    }

    /// <summary>Tells whoever is refused more about the owner, such as its address.</summary>
    public void Describe(string owner) => _owner.Describe(owner);

    /// <summary>A folder of an app's own, such as its task hub's.</summary>
    public string AppFolder(string app) => Folder(System.IO.Path.Combine("apps", app));

    public string ReadyFile(string app) => System.IO.Path.Combine(Folder("run"), $"{app}.ready");

    /// <summary>The key of the bus: made once, readable by the user alone.</summary>
    public byte[] BusKey()
    {
        if (File.Exists(BusKeyFile))
            return Convert.FromBase64String(File.ReadAllText(BusKeyFile).Trim());
        var key = RandomNumberGenerator.GetBytes(KeyBytes);
        WritePrivate(BusKeyFile, Convert.ToBase64String(key));
        return key;
    }

    /// <summary>Writes a file that only the user can read; it appears whole or not at all.</summary>
    public static void WritePrivate(string path, string content)
    {
        var partial = path + ".partial";
        File.Delete(partial);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var file = new FileStream(partial, options))
            file.Write(Encoding.UTF8.GetBytes(content));
        File.Move(partial, path, overwrite: true);
    }

    public void Dispose() => _owner.Dispose();

    private string Folder(string name)
    {
        var folder = System.IO.Path.Combine(Path, name);
        Directory.CreateDirectory(folder);
        return folder;
    }

    private static void CreatePrivate(string path)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(path);
        else
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
