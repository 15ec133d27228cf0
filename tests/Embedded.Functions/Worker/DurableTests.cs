using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Http;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Entities;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Formae.Embedded.Functions.Tests;

public sealed class DurableTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Orchestrator_activity_and_entity_work_together_and_the_entity_raises_an_event_back(bool replays)
    {
        await using var app = await TestApp.StartAsync(typeof(DurableFunctions), builder =>
        {
            builder.Services.AddSingleton(new Suffix("!"));
            builder.Configuration["EMBEDDED_REPLAY_EVERY_EPISODE"] = replays.ToString();
            builder.UseMiddleware(async (context, next) => await next());
        });
        var (status, id) = await app.PostAsync("/api/start", """{"name":"Rex","age":3}""");
        Assert.Equal(200, status);
        Assert.Equal((200, "Completed \"Rex! counted to 3 in %\"".Replace("%", id, StringComparison.Ordinal)), await app.GetAsync($"/api/result/{id}"));
    }

    [Fact]
    public async Task The_addresses_of_an_instance_watch_and_steer_it()
    {
        await using var app = await TestApp.StartAsync(typeof(DurableFunctions), builder => builder.Services.AddSingleton(new Suffix("!")));
        using var response = await app.Http.PostAsync("/api/watch", null);
        Assert.Equal(202, (int)response.StatusCode);
        var instance = response.Headers.Location!;
        var body = await response.Content.ReadAsStringAsync();
        Assert.Contains("\"StatusQueryGetUri\":\"http://127.0.0.1:", body, StringComparison.Ordinal);
        Assert.Equal(202, (await app.PostAsync($"{instance.AbsolutePath}/raiseEvent/Go", "\"now\"")).Status);
        Assert.Equal((200, "Completed \"went now\""), await app.GetAsync($"/api/result/{instance.Segments[^1]}"));
        var (status, state) = await app.GetAsync(instance.AbsolutePath);
        Assert.Equal(200, status);
        Assert.Contains("\"runtimeStatus\":\"Completed\"", state, StringComparison.Ordinal);
        Assert.Contains("\"output\":\"went now\"", state, StringComparison.Ordinal);
        Assert.Equal(404, (await app.GetAsync("/runtime/webhooks/durabletask/instances/absent")).Status);
    }

    [Fact]
    public void Durable_functions_need_a_hub_of_this_host()
    {
        using var folder = new TestFolder();
        using var host = TestApp.Build([typeof(DurableFunctions)], folder, builder =>
        {
            builder.Services.AddSingleton(new Suffix("!"));
            builder.Configuration["AzureWebJobsStorage"] = "UseDevelopmentStorage=true";
        });
        var message = Assert.ThrowsAny<InvalidOperationException>(host.Start).Message;
        Assert.Contains("UseEmbeddedStorage=true;DataSource=DIR", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_for_another_hub_is_refused() =>
        Assert.Contains("'Elsewhere'", await Task.FromResult(TestApp.RefusalOf(typeof(OtherHub))), StringComparison.Ordinal);

    public sealed record Suffix(string Text);

    public static class OtherHub
    {
        [Function("OtherHub")]
        public static string Run([HttpTrigger] HttpRequestData request, [DurableClient(TaskHub = "Elsewhere")] DurableTaskClient client) => "";
    }

    public sealed class Counter(DurableTaskClient client, Suffix suffix) : TaskEntity<int>
    {
        public async Task Add(Addition addition)
        {
            State += addition.By;
            await client.RaiseEventAsync(addition.Orchestration, "Counted", State + suffix.Text.Length - 1);
        }
    }

    public sealed record Addition(string Orchestration, int By);

    public sealed class DurableFunctions(Suffix suffix)
    {
        [Function("Start")]
        public static Task<string> StartAsync([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "start")] HttpRequestData request, [FromBody] Pet pet, [DurableClient] DurableTaskClient client) =>
            client.ScheduleNewOrchestrationInstanceAsync("Count", pet);

        [Function("Watch")]
        public static async Task<HttpResponseData> WatchAsync([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "watch")] HttpRequestData request, [DurableClient] DurableTaskClient client) =>
            await client.CreateCheckStatusResponseAsync(request, await client.ScheduleNewOrchestrationInstanceAsync("Wait"));

        [Function("Result")]
        public static async Task<string> ResultAsync([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "result/{id}")] HttpRequestData request, string id, [DurableClient] DurableTaskClient client, CancellationToken cancellationToken)
        {
            var instance = await client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true, cancellationToken);
            return $"{instance.RuntimeStatus} {instance.SerializedOutput}";
        }

        [Function("Wait")]
        public static async Task<string> WaitAsync([OrchestrationTrigger] TaskOrchestrationContext context) => $"went {await context.WaitForExternalEvent<string>("Go")}";

        [Function("Count")]
        public static async Task<string> CountAsync([OrchestrationTrigger] TaskOrchestrationContext context, Pet pet)
        {
            var greeting = await context.CallActivityAsync<string>("Greet", pet.Name);
            var counted = 0;
            for (var i = 0; i < pet.Age; i++)
            {
                var arrival = context.WaitForExternalEvent<int>("Counted");
                await context.Entities.SignalEntityAsync(new EntityInstanceId("Counter", pet.Name), "Add", new Addition(context.InstanceId, 1));
                counted = await arrival;
            }

            return $"{greeting} counted to {counted} in {context.InstanceId}";
        }

        [Function("Greet")]
        public string Greet([ActivityTrigger] string name, string instanceId, FunctionContext context) =>
            context.BindingContext.BindingData["instanceId"] as string == instanceId ? name + suffix.Text : "another instance";

        [Function("Counter")]
        public static Task DispatchAsync([EntityTrigger] TaskEntityDispatcher dispatcher, [DurableClient] DurableTaskClient client, FunctionContext context) =>
            dispatcher.DispatchAsync(new Counter(client, context.InstanceServices.GetRequiredService<Suffix>()));
    }
}
