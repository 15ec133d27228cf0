using System.Diagnostics;
using Azure.Messaging.ServiceBus;
using Formae.Client;
using Formae.Protocol.Http;

namespace Formae.BlackBox.Tests.Systems;

/// <summary>How questions and orders are repeated when whoever was asked has just died.</summary>
internal abstract partial class OverHttp
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>An order whose answer got lost may have been taken: then there is a command that nobody knew.</summary>
    private async Task<Answer> GiveAsync(Func<Task<Answer>> give)
    {
        var clock = Stopwatch.StartNew();
        var isLost = false;
        while (true)
        {
            try
            {
                if (isLost && await UnknownAsync() is { } taken)
                    return Noted(new Answer.Accepted(taken, null));
                return Noted(await give());
            }
            catch (FormaeApiException refused) when (refused.Status < 500 && !(isLost && refused.Response.Error == ErrorCodes.ConflictingCommands && clock.Elapsed < Patience))
            {
                return new Answer.Refused(refused.Response.Error, $"{refused.Response.Message} {string.Join("; ", refused.Response.Diagnostics ?? [])}");
            }
            catch (Exception e) when (IsPassing(e) && clock.Elapsed < Patience)
            {
                isLost = true;
            }
            catch (FormaeApiException e) when (e.Status < 500 && clock.Elapsed < Patience)
            {
                // The intake that died with the order holds the stack for another minute.
                isLost = true;
            }

            await Task.Delay(Pause);
        }
    }

    private Answer Noted(Answer answer)
    {
        if (answer is Answer.Accepted accepted)
            _known.Add(accepted.CommandId);
        return answer;
    }

    private async Task<string?> UnknownAsync() =>
        (await Client.ListCommandsAsync(scope: CommandScope.Agent, max: 5)).Select(command => command.CommandId).FirstOrDefault(id => !_known.Contains(id));

    protected Task AskAsync(Func<Task> ask) => AskAsync(async () =>
    {
        await ask();
        return true;
    });

    protected async Task<T> AskAsync<T>(Func<Task<T>> ask)
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                return await ask();
            }
            catch (Exception e) when (IsPassing(e) && clock.Elapsed < Patience)
            {
                await Task.Delay(Pause);
            }
        }
    }

    private static bool IsPassing(Exception e) => e switch
    {
        FormaeConnectionException or HttpRequestException or TaskCanceledException or IOException or System.Text.Json.JsonException => true,
        ServiceBusException => true,
        FormaeApiException api => api.Status >= 500,
        _ => false,
    };
}
