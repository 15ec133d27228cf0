using Formae.Cli.CommandLine;
using Formae.Cli.Terminals;

namespace Formae.Cli.Tests.Support;

/// <summary>One run of <c>formae</c> with everything around it under the test's control.</summary>
internal sealed class TestRun : IDisposable
{
    private readonly StringWriter _out = new() { NewLine = "\n" };
    private readonly StringWriter _error = new() { NewLine = "\n" };

    public TestRun(string input = "", bool canAsk = false, bool isLive = false, bool colour = false, int? width = null)
    {
        Folder = Directory.CreateTempSubdirectory("formae-cli-").FullName;
        Variables["FORMAE_CONFIG_DIR"] = Path.Combine(Folder, "config");
        var abilities = new TerminalAbilities { IsLive = isLive, IsErrorLive = isLive, CanAsk = canAsk, Colour = colour, Width = width };
        Context = new CliContext(new Terminal(_out, _error, new StringReader(input), abilities), name => Variables.GetValueOrDefault(name), TimeProvider.System);
    }

    public string Folder { get; }

    public Dictionary<string, string> Variables { get; } = [];

    public CliContext Context { get; }

    /// <summary>Without the blanks that a table leaves at the end of its lines.</summary>
    public string Out => Trimmed(_out);

    public string Error => Trimmed(_error);

    public Task<int> InvokeAsync(params string[] args) => FormaeCommandLine.RunAsync(args, Context, TestContext.Current.CancellationToken);

    public Task<int> InvokeAsync(FakeServer server, params string[] args) => InvokeAsync([.. args, "--server", server.Address]);

    public string Write(string name, string text)
    {
        var path = Path.Combine(Folder, name);
        File.WriteAllText(path, text);
        return path;
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private static string Trimmed(StringWriter writer) => string.Join('\n', writer.ToString().ReplaceLineEndings("\n").Split('\n').Select(line => line.TrimEnd()));
}
