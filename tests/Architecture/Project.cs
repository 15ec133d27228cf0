using System.Xml.Linq;

namespace Formae.Architecture.Tests;

/// <summary>What a project file refers to.</summary>
internal sealed record Project(string File)
{
    private static readonly Lazy<IReadOnlyList<Project>> All = new(() => [.. Repository.FilesOf(".csproj").Select(file => new Project(file))]);

    private readonly XDocument _document = XDocument.Load(Repository.Full(File));

    public static IReadOnlyList<Project> Every => All.Value;

    /// <summary>The folder, which is the room's name: <c>src/Engine</c>.</summary>
    public string Room { get; } = Path.GetDirectoryName(File)!.Replace('\\', '/');

    /// <summary>Rooms that it compiles against.</summary>
    public IEnumerable<string> Rooms => References.Where(reference => !IsBuiltBeside(reference)).Select(RoomOf);

    /// <summary>Rooms that are only built with it: nothing of theirs is visible to it.</summary>
    public IEnumerable<string> BuiltBeside => References.Where(IsBuiltBeside).Select(RoomOf);

    /// <summary>Packages that reach the program, as opposed to analyzers.</summary>
    public IEnumerable<string> Packages => Items("PackageReference").Where(package => (string?)package.Attribute("PrivateAssets") != "all").Select(Include);

    public IEnumerable<string> Analyzers => Items("PackageReference").Where(package => (string?)package.Attribute("PrivateAssets") == "all").Select(Include);

    public IEnumerable<string> AdditionalFiles => Items("AdditionalFiles").Select(Include);

    public IEnumerable<string> Frameworks => Items("FrameworkReference").Select(Include);

    /// <summary>The Azure libraries, by the names that eng/FormaeHost.props knows.</summary>
    public IEnumerable<string> AzureSdk => _document.Descendants("AzureSdk").SelectMany(list => list.Value.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));

    public bool Mentions(string text) => _document.ToString().Contains(text, StringComparison.Ordinal);

    private IEnumerable<XElement> References => Items("ProjectReference");

    /// <summary>Everything that a room compiles against, near and far, itself left out.</summary>
    public static IReadOnlySet<string> ClosureOf(string room)
    {
        var closure = new HashSet<string>(StringComparer.Ordinal);
        var open = new Stack<string>([room]);
        while (open.TryPop(out var next))
        {
            foreach (var reference in Every.Single(project => project.Room == next).Rooms)
            {
                if (closure.Add(reference))
                    open.Push(reference);
            }
        }

        return closure;
    }

    private static bool IsBuiltBeside(XElement reference) => (string?)reference.Attribute("ReferenceOutputAssembly") == "false";

    private static string RoomOf(XElement reference) => Path.GetDirectoryName(Include(reference).Replace("$(RepositoryRoot)", "", StringComparison.Ordinal))!.Replace('\\', '/');

    private static string Include(XElement item) => (string)item.Attribute("Include")!;

    private IEnumerable<XElement> Items(string name) => _document.Descendants(name);
}
