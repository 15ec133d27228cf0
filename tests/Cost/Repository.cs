namespace Formae.Cost.Tests;

internal static class Repository
{
    public static string Root { get; } = FindRoot();

    public static string Bicep => Path.Combine(Root, "infra", "bicep");

    public static Tier Tier(string name) => Cost.Tier.Read(Bicep, name);

    public static string Read(params string[] path) => File.ReadAllText(Path.Combine([Root, .. path]));

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Formae.Functions.sln")))
                return folder.FullName;
        }

        throw new InvalidOperationException($"No repository above {AppContext.BaseDirectory}.");
    }
}

internal sealed class TempFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("formae-cost-").FullName;

    public string File(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
