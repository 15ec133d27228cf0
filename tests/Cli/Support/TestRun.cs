using Formae.Cli.CommandLine;
using Formae.Cli.Terminals;

namespace Formae.Cli.Tests.Support;

/// <summary>One run of <c>formae</c> with everything around it under the test's control.</summary>
internal sealed class TestRun : IDisposable
{
    private readonly StringWriter _out = new() { NewLine = "\n" };
    private readonly StringWriter _error = new() { NewLine = "\n" };

    /// <param name="input">What is typed once something is asked.</param>
    /// <param name="canAsk">Somebody is there.</param>
    /// <param name="isLive">A terminal.</param>
    /// <param name="colour">It shows colours.</param>
    /// <param name="width">Its columns.</param>
    /// <param name="typedBefore">What is typed before anything is asked.</param>
    /// <param name="answers">Takes the place of what is typed.</param>
    public TestRun(string input = "", bool canAsk = false, bool isLive = false, bool colour = false, int? width = null, string typedBefore = "", TextReader? answers = null)
    {
        var typed = new Typed(typedBefore, answers ?? new StringReader(input));
        Folder = Directory.CreateTempSubdirectory("formae-cli-").FullName;
        Variables["FORMAE_CONFIG_DIR"] = Path.Combine(Folder, "config");
        var abilities = new TerminalAbilities { IsLive = isLive, IsErrorLive = isLive, CanAsk = canAsk, Colour = colour, Width = width };
        Context = new CliContext(new Terminal(_out, _error, typed, abilities, typed.Forget), name => Variables.GetValueOrDefault(name), TimeProvider.System)
        {
            Input = () => new MemoryStream(System.Text.Encoding.UTF8.GetBytes(Piped)),
        };
    }

    public string Folder { get; }

    /// <summary>What is piped in.</summary>
    public string Piped { get; set; } = "";

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

    /// <summary>What lies ready to be read, until it is forgotten, and what comes after that.</summary>
    private sealed class Typed(string before, TextReader after) : TextReader
    {
        private StringReader? _before = before.Length == 0 ? null : new StringReader(before);

        public void Forget() => _before = null;

        public override string? ReadLine() => _before?.ReadLine() ?? after.ReadLine();
    }
}
