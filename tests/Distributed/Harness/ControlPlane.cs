using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using Azure.Messaging.ServiceBus;
using Formae.Client;
using Formae.Embedded.Host;
using Formae.Model;
using Formae.Protocol.Http;
using Formae.Servers;

namespace Formae.Distributed.Tests;

/// <summary>A real <c>formae up</c> in processes of its own, as a person starts it.</summary>
internal sealed class ControlPlane : IAsyncDisposable
{
    // What has not come by then does not come, on the slowest machine either.
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly Process _process;
    private readonly Task _output;
    private readonly ConcurrentQueue<string> _lines;
    private readonly string _data;

    private ControlPlane(Process process, Task output, ConcurrentQueue<string> lines, string data, JsonElement ready)
    {
        (_process, _output, _lines, _data, Ready) = (process, output, lines, data, ready);
        Address = new Uri(ready.GetProperty("address").GetString()!);
        Client = new FormaeClient(new FormaeClientOptions { Server = Address, ClientId = "distributed-tests" });
        Http = new HttpClient { BaseAddress = Address, Timeout = Patience };
        Cloud = new Cloud(new Uri(UrlOf("fakeaws")));
    }

    /// <summary>What the ready file says.</summary>
    public JsonElement Ready { get; }

    public Uri Address { get; }

    public FormaeClient Client { get; }

    public HttpClient Http { get; }

    public Cloud Cloud { get; }

    public int Id => _process.Id;

    public string DataFolder => _data;

    public string ReadyFile => ReadyFileOf(_data);

    public IReadOnlyDictionary<string, int> Children => Processes.ChildrenOf(_process.Id);

    /// <summary>Returns when it is ready.</summary>
    /// <param name="data">Where it keeps everything.</param>
    /// <param name="program">Which formae; default: the one that was built with the tests.</param>
    /// <param name="more">Further arguments.</param>
    public static Task<ControlPlane> StartAsync(string data, string? program = null, params string[] more) => StartWithAsync([], data, program, more);

    /// <summary>The same with variables of its environment, beside those of the tests.</summary>
    public static async Task<ControlPlane> StartWithAsync(Dictionary<string, string> variables, string data, string? program = null, params string[] more)
    {
        var clock = Stopwatch.StartNew();
        var readyFile = ReadyFileOf(data);
        var (process, output, lines) = Start(program ?? Install.Program, ["up", "--data", data, "--port", "0", "--ready-file", readyFile, .. more], variables);
        try
        {
            await Wait.UntilAsync("the ready file of formae up", Patience, () => process.HasExited || IsReady(readyFile, process.Id), () => string.Join(Environment.NewLine, lines));
            Assert.False(process.HasExited, $"formae up has ended: {string.Join(Environment.NewLine, lines)}");
        }
        catch
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        TestContext.Current.SendDiagnosticMessage($"formae up was ready after {clock.Elapsed.TotalSeconds:0.0} s");
        return new ControlPlane(process, output, lines, data, JsonSerializer.Deserialize<JsonElement>(await File.ReadAllBytesAsync(readyFile)));
    }

    /// <summary>Runs the command line until it ends by itself, which it must.</summary>
    public static async Task<(int ExitCode, string Output)> RunAsync(params string[] arguments)
    {
        var (process, output, lines) = Start(Install.Program, arguments, []);
        using (process)
        {
            try
            {
                await process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(Patience);
            }
            catch (TimeoutException e)
            {
                process.Kill(entireProcessTree: true);
                throw new TimeoutException($"formae {string.Join(' ', arguments)} has not ended within {Patience.TotalSeconds:0} s: {string.Join(Environment.NewLine, lines)}", e);
            }

            await output;
            return (process.ExitCode, string.Join(Environment.NewLine, lines));
        }
    }

    public string UrlOf(string process) =>
        Ready.GetProperty("processes").EnumerateArray().Single(one => one.GetProperty("name").GetString() == process).GetProperty("url").GetString()! + "/";

    public Task<SubmitCommandResponse> SubmitAsync(string document, SubmitKind kind = SubmitKind.Apply, SubmitMode mode = SubmitMode.Reconcile, bool simulate = false) => Client.SubmitAsync(
        new SubmitRequest { Kind = kind, Mode = kind == SubmitKind.Apply ? mode : null, Simulate = simulate, File = new SubmitFile("test.json", System.Text.Encoding.UTF8.GetBytes(document), "application/json") },
        TestContext.Current.CancellationToken);

    /// <summary>Submits and waits for the end, which must be a success.</summary>
    public async Task<Command> RunCommandAsync(string document, SubmitKind kind = SubmitKind.Apply) => await SuccessOfAsync((await SubmitAsync(document, kind)).CommandId);

    public async Task<Command> SuccessOfAsync(string commandId, TimeSpan? within = null)
    {
        Command? last = null;
        var command = await Wait.ForAsync($"the end of command {commandId}", within ?? Patience, async () =>
        {
            last = await Client.GetCommandAsync(commandId, TestContext.Current.CancellationToken);
            return States.IsFinal(last.State) ? last : null;
        }, () => $"{Unfinished(last)}{Environment.NewLine}{LastLines}");
        Assert.True(command.State == States.Success, $"{command.State}: {Unfinished(command)}{Environment.NewLine}{LastLines}");
        return command;
    }

    public async Task<IReadOnlyList<Resource>> InventoryAsync(string? query = null) => (await Client.GetResourcesAsync(query, TestContext.Current.CancellationToken)).Resources;

    /// <summary>A client of its bus; the broker's port is the one that it wrote for its supervisor.</summary>
    public ServiceBusClient OpenBus()
    {
        using var ready = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(_data, "run", "bus.ready")));
        return new ServiceBusClient($"Endpoint=sb://127.0.0.1:{ready.RootElement.GetProperty("port").GetInt32()};SharedAccessKeyName=RootManageSharedAccessKey;SharedAccessKey={File.ReadAllText(Path.Combine(_data, "bus.key")).Trim()};UseDevelopmentEmulator=true");
    }

    /// <summary>Both ends of the bus, with the keys and payloads of its apps.</summary>
    public BusEnds OpenBusEnds() => new(_data);

    /// <summary>kill -9 of the whole thing's root.</summary>
    public async Task KillAsync()
    {
        Processes.Kill(_process.Id);
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>SIGTERM, and the exit code that follows.</summary>
    public async Task<int> StopAsync()
    {
        Signals.AskToEnd(_process);
        try
        {
            await _process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(Patience);
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"formae up has not ended within {Patience.TotalSeconds:0} s after SIGTERM: {LastLines}", e);
        }

        return _process.ExitCode;
    }

    /// <summary>Everything that it has said so far, with a blank where a line was broken.</summary>
    public string Output => string.Join(' ', _lines.Select(line => line.Trim()));

    /// <summary>The exit code, once it has ended by itself.</summary>
    public int? ExitCode => _process.HasExited ? _process.ExitCode : null;

    public string LastLines => string.Join(Environment.NewLine, _lines.TakeLast(40));

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        Http.Dispose();
        Cloud.Dispose();
        if (!_process.HasExited)
        {
            Signals.AskToEnd(_process);
            var ended = _process.WaitForExitAsync(CancellationToken.None);
            if (await Task.WhenAny(ended, Task.Delay(Patience, CancellationToken.None)) != ended)
                _process.Kill(entireProcessTree: true);
            await ended;
        }

        await _output;
        _process.Dispose();
    }

    private static (Process Process, Task Output, ConcurrentQueue<string> Lines) Start(string program, string[] arguments, Dictionary<string, string> variables)
    {
        Assert.True(File.Exists(program), $"{program} is missing: build src/Cli in the configuration of the tests.");
        var start = new ProcessStartInfo(DotnetCommand.Path) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        foreach (var argument in (string[])[program, .. arguments])
            start.ArgumentList.Add(argument);

        // What it installs the next run of the tests finds again.
        start.Environment["FORMAE_CACHE_DIR"] = Repository.Cache;
        foreach (var (name, value) in variables)
            start.Environment[name] = value;
        var process = Process.Start(start)!;
        var lines = new ConcurrentQueue<string>();
        return (process, Task.WhenAll(PumpAsync(process.StandardOutput, lines), PumpAsync(process.StandardError, lines)), lines);
    }

    private static async Task PumpAsync(StreamReader reader, ConcurrentQueue<string> lines)
    {
        while (await reader.ReadLineAsync() is { } line)
            lines.Enqueue(line);
    }

    /// <summary>The file may be that of one that was killed before, and go away at any moment.</summary>
    private static bool IsReady(string readyFile, int process)
    {
        try
        {
            return File.ReadAllText(readyFile).Contains($"\"pid\": {process},", StringComparison.Ordinal);
        }
        catch (FileNotFoundException)
        {
            return false;
        }
    }

    private static string ReadyFileOf(string data) => data + ".ready";

    private static string Unfinished(Command? command) =>
        string.Join("; ", (command?.ResourceUpdates ?? []).Where(update => update.State != States.Success).Take(10).Select(update => $"{update.Operation} {update.ResourceLabel}: {update.State} {update.CurrentAttempt} {update.StateMessage} {update.ErrorMessage}"));
}
