namespace Formae.Cli.Terminals;

/// <summary>Says on a terminal what is waited for and for how long, in a line that is gone when it is over. Short waits are not worth a word.</summary>
internal static class Patience
{
    private const string Erase = "\r\u001b[2K";
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(1);

    /// <summary>Waits for <paramref name="work"/>.</summary>
    /// <param name="terminal">The line is written to its error stream, where that is a terminal.</param>
    /// <param name="time">The clock.</param>
    /// <param name="what">What is done, such as <c>Planning shop.yaml</c>.</param>
    /// <param name="work">What is waited for.</param>
    public static async Task<T> ForAsync<T>(Terminal terminal, TimeProvider time, string what, Task<T> work)
    {
        if (!terminal.IsErrorLive)
            return await work;
        var started = time.GetTimestamp();
        var wasSaid = false;
        while (!await IsDoneAsync(work, time))
        {
            terminal.RawError.Write($"{Erase}{Shortened(Literal.Visible(what), terminal.Error.Profile.Width)}… {time.GetElapsedTime(started).TotalSeconds:0} s");
            terminal.RawError.Flush();
            wasSaid = true;
        }

        if (wasSaid)
            terminal.RawError.Write(Erase);
        return await work;
    }

    private static async Task<bool> IsDoneAsync(Task work, TimeProvider time)
    {
        using var over = new CancellationTokenSource();
        await Task.WhenAny(work, Task.Delay(Step, time, over.Token));
        await over.CancelAsync();
        return work.IsCompleted;
    }

    // A line that is folded cannot be erased.
    private static string Shortened(string text, int width) => text.Length + 12 < width ? text : text[..Math.Max(0, width - 12)];
}
