using Formae.Model;
using Formae.Protocol.Bus;
using Formae.Sdk.Testing;

namespace Formae.Sdk.Tests.Local;

public sealed class LocalFileTests : IAsyncDisposable
{
    private readonly Scratch _scratch = new();
    private readonly PluginHarness _plugin;
    private readonly string _outside;

    public LocalFileTests()
    {
        _plugin = _scratch.Local();
        _outside = Directory.CreateDirectory(_scratch["outside"]).FullName;
        Directory.CreateDirectory(_scratch["root"]);
    }

    public async ValueTask DisposeAsync()
    {
        await _plugin.DisposeAsync();
        _scratch.Dispose();
    }

    [Theory]
    [InlineData("../escape")]
    [InlineData("a/../../escape")]
    [InlineData("/etc/escape")]
    [InlineData("a//b")]
    [InlineData("./a")]
    [InlineData("a\\b")]
    [InlineData("")]
    [InlineData(".formae/passwords/x")]
    public async Task A_path_that_leads_elsewhere_is_refused(string path)
    {
        foreach (var type in new[] { "Local::Fs::File", "Local::Fs::Directory" })
        {
            foreach (var request in new[] { Requests.Create(type, new { Path = path }), Requests.Read(type, path), Requests.Delete(type, path) })
            {
                var report = await _plugin.ExecuteAsync(request);
                Assert.Equal(ProblemCodes.InvalidRequest, report.Problem?.Code);
            }
        }

        Assert.False(File.Exists(_scratch["escape"]));
    }

    [Fact]
    public async Task A_link_on_the_way_is_not_followed()
    {
        Directory.CreateSymbolicLink(Path.Combine(_scratch["root"], "link"), _outside);
        await File.WriteAllTextAsync(Path.Combine(_outside, "theirs"), "theirs");
        await RefusedAsync(Requests.Create("Local::Fs::File", """{"Path":"link/mine","Content":"x"}"""));
        await RefusedAsync(Requests.Create("Local::Fs::Directory", """{"Path":"link/mine"}"""));
        await RefusedAsync(Requests.Read("Local::Fs::File", "link/theirs"));
        await RefusedAsync(Requests.Update("Local::Fs::File", "link/theirs", """{"Path":"link/theirs","Content":"x"}"""));
        await RefusedAsync(Requests.Delete("Local::Fs::File", "link/theirs"));
        await RefusedAsync(Requests.Delete("Local::Fs::Directory", "link"));
        Assert.Equal(["theirs"], Directory.EnumerateFileSystemEntries(_outside).Select(Path.GetFileName));
        Assert.Equal("theirs", await File.ReadAllTextAsync(Path.Combine(_outside, "theirs")));
    }

    [Fact]
    public async Task A_link_in_the_place_of_a_file_is_not_followed()
    {
        var theirs = Path.Combine(_outside, "theirs");
        await File.WriteAllTextAsync(theirs, "theirs");
        File.CreateSymbolicLink(Path.Combine(_scratch["root"], "file"), theirs);
        await RefusedAsync(Requests.Create("Local::Fs::File", """{"Path":"file","Content":"x"}"""));
        await RefusedAsync(Requests.Read("Local::Fs::File", "file"));
        await RefusedAsync(Requests.Update("Local::Fs::File", "file", """{"Path":"file","Content":"x"}"""));
        await RefusedAsync(Requests.Delete("Local::Fs::File", "file"));
        Assert.Equal("theirs", await File.ReadAllTextAsync(theirs));
    }

    [Fact]
    public async Task A_link_that_leads_nowhere_is_a_link_too()
    {
        File.CreateSymbolicLink(Path.Combine(_scratch["root"], "file"), Path.Combine(_outside, "not there"));
        await RefusedAsync(Requests.Create("Local::Fs::File", """{"Path":"file","Content":"x"}"""));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_outside));
    }

    [Fact]
    public async Task The_plugins_own_folder_may_not_be_a_link()
    {
        Directory.CreateSymbolicLink(Path.Combine(_scratch["root"], ".formae"), _outside);
        Assert.Equal(ProblemCodes.InvalidRequest, (await _plugin.ExecuteAsync(Requests.Create("Local::Random::Password", "{}"))).Problem?.Code);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_outside));
    }

    [Fact]
    public async Task A_directory_goes_only_when_it_is_empty()
    {
        await SucceedsAsync(Requests.Create("Local::Fs::Directory", """{"Path":"d"}"""));
        await SucceedsAsync(Requests.Create("Local::Fs::File", """{"Path":"d/f","Content":"x"}"""));
        Assert.Equal(ProblemCodes.ResourceConflict, (await _plugin.ExecuteAsync(Requests.Delete("Local::Fs::Directory", "d"))).Problem?.Code);
        await SucceedsAsync(Requests.Delete("Local::Fs::File", "d/f"));
        await SucceedsAsync(Requests.Delete("Local::Fs::Directory", "d"));
        Assert.False(Directory.Exists(Path.Combine(_scratch["root"], "d")));
    }

    [Fact]
    public async Task A_file_has_the_mode_and_the_outputs_that_it_should_have()
    {
        var report = await SucceedsAsync(Requests.Create("Local::Fs::File", """{"Path":"f","Content":"abc","Mode":"0640"}"""));
        var path = Path.Combine(_scratch["root"], "f");
        Assert.Equal("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", report.Properties!.Value.GetProperty("Sha256").GetString());
        Assert.Equal((3, path), (report.Properties.Value.GetProperty("Size").GetInt32(), report.Properties.Value.GetProperty("AbsolutePath").GetString()));
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead, File.GetUnixFileMode(path));
    }

    [Theory]
    [InlineData("""{"Path":"f","Mode":"644"}""")]
    [InlineData("""{"Path":"f","Mode":"4755"}""")]
    [InlineData("""{"Path":"f","Content":"a","ContentBase64":"YQ=="}""")]
    [InlineData("""{"Path":"f","ContentBase64":"%"}""")]
    public async Task Properties_that_make_no_file_are_refused(string properties) =>
        Assert.Equal(ProblemCodes.InvalidRequest, (await _plugin.ExecuteAsync(Requests.Create("Local::Fs::File", properties))).Problem?.Code);

    [Fact]
    public async Task A_file_that_is_there_with_another_content_is_not_taken_over()
    {
        await File.WriteAllTextAsync(Path.Combine(_scratch["root"], "f"), "theirs");
        Assert.Equal(ProblemCodes.AlreadyExists, (await _plugin.ExecuteAsync(Requests.Create("Local::Fs::File", """{"Path":"f","Content":"mine"}"""))).Problem?.Code);
    }

    [Fact]
    public async Task A_password_is_made_once_and_kept_for_the_plugins_user_only()
    {
        var created = await SucceedsAsync(Requests.Create("Local::Random::Password", """{"Length":40}"""));
        var read = await SucceedsAsync(Requests.Read("Local::Random::Password", created.NativeId!));
        var value = _plugin.Seal.Open(created.Properties!.Value.GetProperty("Value")).GetString()!;
        Assert.Equal(40, value.Length);
        Assert.Equal(value, _plugin.Seal.Open(read.Properties!.Value.GetProperty("Value")).GetString());
        var file = Assert.Single(Directory.EnumerateFiles(Path.Combine(_scratch["root"], ".formae", "passwords")));
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
    }

    [Theory]
    [InlineData("../../outside/theirs")]
    [InlineData("a/b")]
    public async Task An_id_that_is_a_path_finds_nothing(string id) =>
        Assert.Equal(ProblemCodes.NotFound, (await _plugin.ExecuteAsync(Requests.Read("Local::Random::Id", id))).Problem?.Code);

    [Fact]
    public async Task A_relative_root_is_refused()
    {
        _plugin.TargetConfig = Requests.Json("""{"Root":"here"}""");
        Assert.Equal(ProblemCodes.InvalidRequest, (await _plugin.ExecuteAsync(Requests.Create("Local::Fs::File", """{"Path":"f"}"""))).Problem?.Code);
    }

    [Theory]
    [InlineData("""{"Rooot":"/tmp/x"}""", "The target's config lacks 'Root', and has 'Rooot', which is unknown; known are Root.")]
    [InlineData("""{"Root":"/tmp/x","Color":"red"}""", "The target's config has 'Color', which is unknown; known are Root.")]
    [InlineData("""{"Root":7}""", "The target's config has a number as 'Root', expected is a string.")]
    [InlineData("{}", "The target's config lacks 'Root'; known are Root.")]
    public async Task A_config_that_does_not_fit_is_told_by_its_fields(string config, string expected)
    {
        _plugin.TargetConfig = Requests.Json(config);

        var refused = (await _plugin.ExecuteAsync(Requests.Create("Local::Fs::File", """{"Path":"f"}"""))).Problem;

        Assert.Equal((ProblemCodes.InvalidRequest, expected), (refused?.Code, refused?.Message));
    }

    [Fact]
    public async Task A_number_that_is_too_large_for_its_field_is_not_called_the_wrong_type()
    {
        var refused = (await _plugin.ExecuteAsync(Requests.Create("Local::Random::Id", """{"Length":3000000000}"""))).Problem;

        Assert.Contains("'Length' is out of range, expected is an integer from -2147483648 to 2147483647", refused?.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Arguments_of_a_command_reach_it_as_they_are()
    {
        await SucceedsAsync(Requests.Create("Local::Shell::Command", """{"Apply":["touch","$(whoami); echo *"]}"""));
        Assert.True(File.Exists(Path.Combine(_scratch["root"], "$(whoami); echo *")));
    }

    [Fact]
    public async Task A_command_that_fails_or_takes_too_long_or_is_not_there_is_a_problem()
    {
        var failed = await _plugin.ExecuteAsync(Requests.Create("Local::Shell::Command", """{"Apply":["sh","-c","echo said so >&2; exit 3"]}"""));
        Assert.Contains("exit code 3. It said: said so", failed.Problem!.Message);
        var slow = await _plugin.ExecuteAsync(Requests.Create("Local::Shell::Command", """{"Apply":["sleep","60"],"TimeoutSeconds":1}"""));
        Assert.Contains("longer than 1 s", slow.Problem!.Message);
        var absent = await _plugin.ExecuteAsync(Requests.Create("Local::Shell::Command", """{"Apply":["no-such-program-here"]}"""));
        Assert.Equal(ProblemCodes.InvalidRequest, absent.Problem!.Code);
    }

    private async Task RefusedAsync(OperationRequest request)
    {
        var report = await _plugin.ExecuteAsync(request);
        Assert.Equal((request.Verb, ProblemCodes.AccessDenied), (request.Verb, report.Problem?.Code));
    }

    private async Task<OperationReport> SucceedsAsync(OperationRequest request)
    {
        var report = await _plugin.ExecuteAsync(request);
        Assert.True(report.Status == OperationStatus.Success, report.Problem?.Message);
        return report;
    }
}
