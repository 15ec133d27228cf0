using System.Globalization;

namespace Formae.Cli.Up;

/// <summary>One control plane per data folder. The system drops the lock with the process, however that ends.</summary>
internal sealed class DataLock : IDisposable
{
    private readonly FileStream _file;

    private DataLock(FileStream file) => _file = file;

    /// <exception cref="AppsException">Another process has it; the message names that process.</exception>
    public static DataLock Take(string folder)
    {
        var path = Path.Combine(folder, "lock");
        var holder = path + ".holder";
        FileStream file;
        try
        {
            file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e)
        {
            throw new AppsException($"{folder} is in use by {(File.Exists(holder) ? File.ReadAllText(holder) : "another process")}. Stop that one, or choose another folder with --data.", e);
        }

        File.WriteAllText(holder, string.Create(CultureInfo.InvariantCulture, $"formae (process {Environment.ProcessId})"));
        return new DataLock(file);
    }

    public void Dispose() => _file.Dispose();
}
