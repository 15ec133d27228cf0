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

    private static readonly TimeSpan BetweenPictures = TimeSpan.FromSeconds(0.5);

    // More do not fit on any screen.
    private const int MostWaiting = 200;

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
            // Each command is a line of its own, so that it can be copied.
            session.Terminal.RawError.WriteLine("The command goes on without being watched. To look at it again:");
            session.Terminal.RawError.WriteLine($"  {session.StatusCommand(id)} --watch");
            session.Terminal.RawError.WriteLine("To stop it:");
            session.Terminal.RawError.WriteLine($"  {session.CancelCommand(id)}");
            return ExitCode.Interrupted;
        }

        Outcome = command;
        OutcomeView.Write(session.Terminal.Out, command, session.Time.GetUtcNow());
        return command.State == States.Success ? ExitCode.Ok : ExitCode.Failed;
    }

    /// <summary>Shows the progress only.</summary>
    public async Task<Command> FollowAsync(string id)
    {
        var view = session.Terminal.IsLive ? (IProgressView)new LiveProgress(session.Terminal.Out, session.Time) : new PlainProgress(session.Terminal.Out, session.Time);
        return await view.RunAsync(() => FollowAsync(id, view));
    }

    /// <summary>Listens as long as the server tells by itself, and asks from there on; each piece of news is shown.</summary>
    /// <param name="id">The command.</param>
    /// <param name="view">Null to show nothing.</param>
    public async Task<Command> FollowAsync(string id, IProgressView? view)
    {
        var watched = new WatchedCommand();
        try
        {
            await ListenAsync(id, watched, view);
        }
        catch (Exception e) when (e is FormaeApiException or FormaeConnectionException)
        {
            // An older server, or something on the way that keeps events back. Whatever is really wrong is met again by asking.
        }

        return await AskAsync(id, command => view?.Show(watched, watched.Hear(command)));
    }

    private async Task ListenAsync(string id, WatchedCommand watched, IProgressView? view)
    {
        var news = new List<UpdateText>();
        void Show()
        {
            view?.Show(watched, [.. news]);
            news.Clear();
        }

        await using var events = session.Client.WatchCommandAsync(id, cancellation: session.Cancellation).GetAsyncEnumerator(session.Cancellation);
        for (var isFirst = true; ; isFirst = false)
        {
            // What came together is shown together, before anything is waited for.
            var next = events.MoveNextAsync();
            if (!await ComingAsync(next.AsTask(), Show) || events.Current is CommandEvent.End)
                break;
            if (events.Current is CommandEvent.Update update && UpdateText.Of(update.Change) is var text && watched.Hear(text))
                news.Add(text);
            if (events.Current is not CommandEvent.Status status)
                continue;
            watched.Hear(status.Command);

            // Events tell of what has begun; the names of what waits are asked for, where they can all be shown.
            if (isFirst && view is { ShowsWaiting: true } && status.Command.Total <= MostWaiting)
                news.AddRange(watched.Hear(await session.Client.GetCommandAsync(id, session.Cancellation)));
        }

        Show();
    }

    /// <summary>Waits for what comes next. Times grow on a screen meanwhile: a plugin that is slow shall not look like a program that hangs.</summary>
    private async Task<bool> ComingAsync(Task<bool> next, Action show)
    {
        while (!next.IsCompleted)
        {
            show();
            using var waiting = new CancellationTokenSource();
            await Task.WhenAny(next, Task.Delay(BetweenPictures, session.Time, waiting.Token));
            await waiting.CancelAsync();
        }

        return await next;
    }

    /// <summary>Asks until the command is final; each answer is shown.</summary>
    private async Task<Command> AskAsync(string id, Action<Command> show)
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
    /// <summary>Whether updates that have not begun are shown by their names.</summary>
    bool ShowsWaiting { get; }

    /// <summary>Runs <paramref name="follow"/>, which shows what it hears.</summary>
    Task<Command> RunAsync(Func<Task<Command>> follow);

    /// <summary>Shows how the command stands; <paramref name="news"/> is what is different from the last time, in order.</summary>
    void Show(WatchedCommand command, IReadOnlyList<UpdateText> news);
}
