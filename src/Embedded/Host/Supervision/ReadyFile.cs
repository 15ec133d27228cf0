using System.Globalization;
using System.Text.Json;

namespace Formae.Embedded.Host;

/// <summary>What an app has written when it began to serve.</summary>
internal static class ReadyFile
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(15);

    /// <summary>Where the app serves; null when <paramref name="ended"/> came first. The time counts from <paramref name="began"/>, a timestamp of the clock.</summary>
    /// <exception cref="TimeoutException">It did not come in time.</exception>
    public static async Task<string?> WaitAsync(string path, Task ended, TimeSpan timeout, TimeProvider time, long began, CancellationToken cancellationToken)
    {
        while (!ended.IsCompleted)
        {
            if (File.Exists(path))
                return UrlOf(await File.ReadAllTextAsync(path, cancellationToken));
            if (time.GetElapsedTime(began) > timeout)
                throw new TimeoutException();

            // A look at a file takes real time, whichever clock the patience goes by.
            await Task.WhenAny(ended, Task.Delay(Look, TimeProvider.System, cancellationToken));
            cancellationToken.ThrowIfCancellationRequested();
        }

        return null;
    }

    private static string UrlOf(string content)
    {
        using var document = JsonDocument.Parse(content);
        var root = document.RootElement;
        if (root.TryGetProperty("urls", out var urls) && urls.GetArrayLength() > 0)
            return urls[0].GetString()!;
        return root.TryGetProperty("port", out var port) ? string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port.GetInt32()}") : "";
    }
}
