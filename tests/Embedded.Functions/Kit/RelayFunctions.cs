using System.Threading.Channels;
using Azure.Messaging.ServiceBus;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Configuration;

namespace Formae.Embedded.Functions.Tests;

/// <summary>The app that tests start in a process of its own: what is posted goes through the bus and an orchestration and is answered.</summary>
internal sealed class RelayFunctions(IConfiguration settings)
{
    private static readonly Channel<string> Arrived = Channel.CreateUnbounded<string>();

    [Function("Relay")]
    public async Task<string> RelayAsync([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request, CancellationToken cancellationToken)
    {
        await using var client = new ServiceBusClient(settings["Bus"]);
        await client.CreateSender("work").SendMessageAsync(new ServiceBusMessage(request.Query["text"].ToString()), cancellationToken);
        return await Arrived.Reader.ReadAsync(cancellationToken);
    }

    [Function("Take")]
    public static async Task TakeAsync([ServiceBusTrigger("work", Connection = "Bus")] string text, [DurableClient] DurableTaskClient client) =>
        await client.ScheduleNewOrchestrationInstanceAsync("Work", text);

    [Function("Work")]
    public static async Task WorkAsync([OrchestrationTrigger] TaskOrchestrationContext context, string text) => await context.CallActivityAsync("Arrive", text);

    [Function("Arrive")]
    public static void Arrive([ActivityTrigger] string text) => Arrived.Writer.TryWrite($"arrived {text}");
}
