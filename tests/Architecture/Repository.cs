namespace Formae.Architecture.Tests;

/// <summary>The repository as files: what these tests read.</summary>
internal static class Repository
{
    private static readonly string[] Ours = [".ci", ".github", "bench", "dev", "docs", "eng", "functions", "infra", "samples", "src", "tests", "tools"];

    private static readonly string[] Generated = ["artifacts", "bin", "obj", "node_modules", "TestResults", ".vs", ".idea", ".vscode"];

    private static readonly Lazy<IReadOnlyList<string>> All = new(Walk);

    public static string Root { get; } = FindRoot();

    /// <summary>Every file of ours, as a path from the root with forward slashes.</summary>
    public static IReadOnlyList<string> Files => All.Value;

    public static IEnumerable<string> FilesOf(string extension, params string[] folders) =>
        Files.Where(file => file.EndsWith(extension, StringComparison.Ordinal) && (folders.Length == 0 || folders.Any(folder => file.StartsWith(folder + "/", StringComparison.Ordinal))));

    public static string Full(string file) => Path.Combine(Root, file);

    public static string[] Lines(string file) => File.ReadAllLines(Full(file));

    /// <summary>Lines with their place in the repository, ready for a message.</summary>
    public static IEnumerable<(string Place, string Text)> Places(IEnumerable<string> files) =>
        files.SelectMany(file => Lines(file).Select((text, index) => ($"{file}:{index + 1}", text)));

    /// <summary>Fails with the list when it is not empty.</summary>
    public static void NoneOf(string meaning, IEnumerable<string> findings)
    {
        var list = findings.ToList();
        Assert.True(list.Count == 0, $"{meaning}{Environment.NewLine}{string.Join(Environment.NewLine, list)}");
    }

    private static List<string> Walk()
    {
        var top = Directory.EnumerateFiles(Root).Where(file => Path.GetFileName(file) != ".git");
        var below = Ours.Select(Full).Where(Directory.Exists).SelectMany(Below);
        return [.. top.Concat(below).Select(file => Path.GetRelativePath(Root, file).Replace('\\', '/')).Order(StringComparer.Ordinal)];
    }

    private static IEnumerable<string> Below(string folder) =>
        Directory.EnumerateFiles(folder).Where(file => Path.GetFileName(file) != "local.settings.json")
            .Concat(Directory.EnumerateDirectories(folder).Where(child => !Generated.Contains(Path.GetFileName(child))).SelectMany(Below));

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
