using System.Diagnostics;
using Formae.Coordination.Intake;
using Formae.Coordination.Tests.Cluster;

namespace Formae.Coordination.Tests.Acceptance;

/// <summary>
/// A coordinator in a process of its own, over tables that it shares with others. It has its own task hub and bus, as the embedded ones have one owner each, so a command
/// runs where it was taken in. Told what to do line by line.
/// </summary>
internal sealed class RacingProcess : IAsyncDisposable
{
    public const string Argument = "--race";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;

    private RacingProcess(Process process) => _process = process;

    public static async Task<int> RunAsync(string tables)
    {
        await using var plane = await ControlPlane.StartAsync(new Seams { TablesFile = tables });
        await Console.Out.WriteLineAsync("ready");
        while (await Console.In.ReadLineAsync() is { } line)
            await Console.Out.WriteLineAsync(await AnswerAsync(plane, line.Split(' ')));
        return 0;
    }

    public static async Task<RacingProcess> StartAsync(string tables)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardInput = true, RedirectStandardOutput = true };

        // Under `dotnet test` the process is dotnet itself, which needs to be told what to run.
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath!) == "dotnet")
            start.ArgumentList.Add(typeof(RacingProcess).Assembly.Location);
        start.ArgumentList.Add(Argument);
        start.ArgumentList.Add(tables);
        var racing = new RacingProcess(Process.Start(start)!);
        Assert.Equal("ready", await racing.ReadAsync());
        return racing;
    }

    public async Task<string> TellAsync(string line)
    {
        await _process.StandardInput.WriteLineAsync(line);
        await _process.StandardInput.FlushAsync();
        return await ReadAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        using var patience = new CancellationTokenSource(Patience);
        await _process.WaitForExitAsync(patience.Token);
        _process.Dispose();
    }

    private async Task<string> ReadAsync() => await _process.StandardOutput.ReadLineAsync().WaitAsync(Patience) ?? throw new InvalidOperationException("The process has ended.");

    private static async Task<string> AnswerAsync(ControlPlane plane, string[] words)
    {
        switch (words)
        {
            case ["close"]:
                plane.Cloud.CloseGate();
                return "closed";
            case ["open"]:
                plane.Cloud.OpenGate();
                return "opened";
            case ["end", var id]:
                return (await plane.EndOfAsync(id)).State;
            case ["submit", var stack, var name]:
                return await plane.SubmitAsync(Document(stack, name)) switch
                {
                    IntakeOutcome.Accepted accepted => $"accepted {accepted.Response.CommandId}",
                    IntakeOutcome.Refused { Status: 409 } refused => $"conflict {refused.Error.Data!.Value.GetProperty("ConflictingCommands")[0].GetProperty("CommandId").GetString()}",
                    IntakeOutcome.Refused refused => $"refused {refused.Error.Error}",
                    _ => "nothing to do",
                };
            default:
                return "what?";
        }
    }

    private static string Document(string stack, string name) => $$"""
        Stacks: [{ Label: {{stack}} }]
        Targets: [{ Label: eu, Namespace: FakeAWS, Config: { Region: eu-1 } }]
        Resources: [{ Label: logs, Type: "FakeAWS::S3::Bucket", Stack: {{stack}}, Target: eu, Properties: { BucketName: {{name}} } }]
        """;
}
