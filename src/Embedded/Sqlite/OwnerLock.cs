using System.Globalization;

namespace Formae.Embedded.Sqlite;

/// <summary>One live owner per folder or file. The system drops the lock with the process, however that ends.</summary>
internal sealed class OwnerLock : IDisposable
{
    private readonly FileStream _file;
    private readonly string _path;

    private OwnerLock(FileStream file, string path) => (_file, _path) = (file, path);

    /// <exception cref="StoreInUseException">Another process holds it; the message names that process.</exception>
    public static OwnerLock Take(string path, string owner)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        FileStream file;
        try
        {
            file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            throw new StoreInUseException(path, Holder(path));
        }

        var taken = new OwnerLock(file, path);
        taken.Describe(owner);
        return taken;
    }

    /// <summary>Says more about the owner than was known when the lock was taken, such as its address.</summary>
    // The name stands beside the lock, not in it: the locked file cannot be read by whoever is refused.
    public void Describe(string owner) => File.WriteAllText(HolderFile(_path), string.Create(CultureInfo.InvariantCulture, $"{owner} (process {Environment.ProcessId})"));

    private static string HolderFile(string path) => path + ".holder";

    private static string Holder(string path)
    {
        try
        {
            return File.ReadAllText(HolderFile(path)) is { Length: > 0 } holder ? holder : "another process";
        }
        catch (IOException)
        {
            return "another process";
        }
    }

    public void Dispose() => _file.Dispose();
}
