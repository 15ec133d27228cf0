using Formae.Cli.CommandLine;
using Formae.Client;
using Formae.Protocol.Http;
using Spectre.Console;

namespace Formae.Cli.Watching;

/// <summary>Follows a command until its final state.</summary>
internal sealed class CommandWatch(Session session)
{
    // Short commands should not look slow, and long ones should not be asked about all the time.
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(150);
    private static readonly TimeSpan Slowest = TimeSpan.FromSeconds(1);

    // A control plane that restarts is back well within this.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>The command in its final state, once it is there.</summary>
    public Command? Outcome { get; private set; }

    /// <summary>Shows the progress and the outcome.</summary>
    /// <returns>The exit code: what became of the command, or that the person left.</returns>
    public async Task<int> RunAsync(string id)
    {
        Command command;
        try
        {
            command = await FollowAsync(id);
        }
        catch (OperationCanceledException) when (session.Cancellation.IsCancellationRequested)
        {
            session.Terminal.Error.WriteLine($"The command goes on without being watched. To look at it again: {session.StatusCommand(id)} --watch");
            return ExitCode.Interrupted;
        }

        Outcome = command;
        OutcomeView.Write(session.Terminal.Out, command);
        return command.State == States.Success ? ExitCode.Ok : ExitCode.Failed;
    }

    /// <summary>Shows the progress only.</summary>
    public async Task<Command> FollowAsync(string id)
    {
        var progress = session.Terminal.IsLive ? (IProgressView)new LiveProgress(session.Terminal.Out, session.Time) : new PlainProgress(session.Terminal.Out, session.Time);
        return await progress.RunAsync(show => PollAsync(id, show));
    }

    /// <summary>Asks until the command is final; each answer is shown.</summary>
    public async Task<Command> PollAsync(string id, Action<Command> show)
    {
        var pause = First;
        long? silentSince = null;
        while (true)
        {
            try
            {
                var command = await session.Client.GetCommandAsync(id, session.Cancellation);
                silentSince = null;
                show(command);
                if (States.IsFinal(command.State))
                    return command;
            }
            catch (FormaeConnectionException) when (session.Time.GetElapsedTime(silentSince ??= session.Time.GetTimestamp()) < Patience)
            {
                // Asked again below.
            }

            await Task.Delay(pause, session.Time, session.Cancellation);
            pause = pause * 1.25 < Slowest ? pause * 1.25 : Slowest;
        }
    }
}

/// <summary>Shows a command while it runs.</summary>
internal interface IProgressView
{
    /// <summary>Runs <paramref name="poll"/>, which hands over what is to be shown.</summary>
    Task<Command> RunAsync(Func<Action<Command>, Task<Command>> poll);
}
