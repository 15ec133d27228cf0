using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Formae.Embedded.Functions.Tests;

public sealed class StartupTests
{
    [Theory]
    [InlineData("""{"version":"2.0","extensions":{"serviceBus":{"maxConcurrentCalls":0}}}""", "host.json: extensions.serviceBus.maxConcurrentCalls must be a whole number from 1")]
    [InlineData("""{"version":"2.0","extensions":{"serviceBus":{"maxAutoLockRenewalDuration":"5 minutes"}}}""", "extensions.serviceBus.maxAutoLockRenewalDuration must be a time span")]
    [InlineData("""{"version":"2.0","logging":{"logLevel":{"default":"Loud"}}}""", "logging.logLevel.default must be one of Trace")]
    [InlineData("""{"version":"1.0"}""", "version must be \"2.0\"")]
    [InlineData("{\n  \"version\": \"2.0\",\n  oops\n}", "host.json(3,3): this is no JSON")]
    [InlineData("""{"version":"2.0","extensions":[]}""", "extensions must be an object")]
    public void A_wrong_host_json_is_refused_with_file_and_place(string hostJson, string finding) =>
        Assert.Contains(finding, TestApp.RefusalOf(typeof(Fine), hostJson: hostJson), StringComparison.Ordinal);

    [Fact]
    public async Task A_setting_overrides_host_json()
    {
        await using var app = await TestApp.StartAsync(typeof(Fine), builder =>
        {
            builder.Configuration["AzureFunctionsJobHost:extensions:http:routePrefix"] = "other";
            builder.Configuration["AzureFunctionsJobHost:logging:logLevel:Some.Category"] = "Trace";
        });
        Assert.Equal((200, "fine"), await app.GetAsync("/other/Fine"));
        Assert.True(app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Some.Category").IsEnabled(LogLevel.Trace));
        Assert.False(app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Other.Category").IsEnabled(LogLevel.Information));
    }

    [Theory]
    [InlineData(typeof(UnknownParameter), "'Unknown'", "parameter 'what'", "FunctionContext")]
    [InlineData(typeof(AbsentRouteParameter), "'Absent'", "parameter 'id'", "the route's parameters (other)")]
    [InlineData(typeof(WrongRoute), "'WrongRoute'", "the route 'api/a/{b'", "")]
    [InlineData(typeof(NoTrigger), "'NoTrigger'", "has no trigger", "[HttpTrigger]")]
    [InlineData(typeof(TwoTriggers), "'TwoTriggers'", "has 2 triggers (a, b)", "")]
    [InlineData(typeof(Hidden), "'Hidden'", "is not public", "")]
    [InlineData(typeof(Generic), "'Generic'", "is generic", "")]
    [InlineData(typeof(AsyncVoid), "'AsyncVoid'", "async void", "")]
    [InlineData(typeof(ClientInOrchestrator), "'Orchestrate'", "[DurableClient]", "orchestrator")]
    [InlineData(typeof(WrongSchedule), "'WrongSchedule'", "minute '61'", "")]
    [InlineData(typeof(MissingSetting), "'MissingSetting'", "the setting 'NoSuchQueue'", "")]
    [InlineData(typeof(MissingConnection), "'MissingConnection'", "'NoSuchConnection'", "")]
    public void A_function_that_cannot_run_stops_the_start_with_its_name(Type functions, string name, string finding, string advice)
    {
        var message = TestApp.RefusalOf(functions);
        Assert.Contains(name, message, StringComparison.Ordinal);
        Assert.Contains(finding, message, StringComparison.Ordinal);
        Assert.Contains(advice, message, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_functions_of_one_name_are_refused_and_all_problems_are_told_at_once()
    {
        var message = TestApp.RefusalOf(typeof(Twice));
        Assert.Contains("another function has this name", message, StringComparison.Ordinal);
        Assert.Contains("'Unknown'", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Local_settings_are_read_and_a_wrong_file_is_refused_with_its_place()
    {
        using var folder = new TestFolder();
        File.WriteAllText(folder["local.settings.json"], """{"IsEncrypted":false,"Values":{"A":"text","B":5,"C":true}}""");
        Assert.Equal([("A", "text"), ("B", "5"), ("C", "true")], LocalSettings.Read(folder["local.settings.json"]).Select(pair => (pair.Key, pair.Value!)));
        File.WriteAllText(folder["local.settings.json"], """{"Values":{"A":{}}}""");
        Assert.Contains("Values.A must be", Assert.ThrowsAny<InvalidOperationException>(() => LocalSettings.Read(folder["local.settings.json"])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_ready_file_names_process_and_address()
    {
        using var folder = new TestFolder();
        await using var app = await TestApp.StartAsync(typeof(Fine), builder => builder.Configuration["EMBEDDED_READY_FILE"] = folder["ready.json"]);
        using var ready = System.Text.Json.JsonDocument.Parse(await File.ReadAllTextAsync(folder["ready.json"]));
        Assert.Equal(Environment.ProcessId, ready.RootElement.GetProperty("pid").GetInt32());
        Assert.Equal(app.Http.BaseAddress, new Uri(ready.RootElement.GetProperty("urls")[0].GetString()!));
    }

    [Fact]
    public void The_app_may_be_named_when_it_is_not_the_entry_assembly()
    {
        using var folder = new TestFolder();
        File.WriteAllText(folder["host.json"], """{"version":"2.0"}""");
        var builder = Microsoft.Azure.Functions.Worker.Builder.FunctionsApplication.CreateBuilder(["--EMBEDDED_APP_ASSEMBLY=Formae.Embedded.DurableTask", $"--EMBEDDED_APP_FOLDER={folder.Path}"]);
        using var host = builder.Build();
        Assert.Empty(host.Services.GetRequiredService<FunctionSet>().Functions);
        Assert.Contains(typeof(Fine), FunctionFinder.TypesOf(typeof(StartupTests).Assembly));
    }

    public static class Fine
    {
        [Function("Fine")]
        public static string Run([HttpTrigger(AuthorizationLevel.Anonymous)] HttpRequest request) => "fine";
    }

    public static class UnknownParameter
    {
        [Function("Unknown")]
        public static string Run([HttpTrigger] HttpRequest request, Uri what) => $"{what}";
    }

    public static class AbsentRouteParameter
    {
        [Function("Absent")]
        public static string Run([HttpTrigger(Route = "a/{other}")] HttpRequest request, string id) => id;
    }

    public static class WrongRoute
    {
        [Function("WrongRoute")]
        public static string Run([HttpTrigger(Route = "a/{b")] HttpRequest request) => "";
    }

    public static class NoTrigger
    {
        [Function("NoTrigger")]
        public static string Run(string text) => text;
    }

    public static class TwoTriggers
    {
        [Function("TwoTriggers")]
        public static string Run([HttpTrigger] HttpRequest a, [TimerTrigger("0 * * * * *")] TimerInfo b) => "";
    }

    public static class Hidden
    {
        [Function("Hidden")]
        internal static string Run([HttpTrigger] HttpRequest request) => "";
    }

    public static class Generic
    {
        [Function("Generic")]
        public static string Run<T>([HttpTrigger] HttpRequest request) => $"{typeof(T)}";
    }

    public static class AsyncVoid
    {
        [Function("AsyncVoid")]
        public static async void Run([HttpTrigger] HttpRequest a) => await Task.Yield();
    }

    public static class ClientInOrchestrator
    {
        [Function("Orchestrate")]
        public static Task RunAsync([OrchestrationTrigger] TaskOrchestrationContext context, [DurableClient] DurableTaskClient client) => Task.CompletedTask;
    }

    public static class WrongSchedule
    {
        [Function("WrongSchedule")]
        public static void Run([TimerTrigger("0 61 * * * *")] TimerInfo timer)
        {
        }
    }

    public static class MissingSetting
    {
        [Function("MissingSetting")]
        public static void Run([ServiceBusTrigger("%NoSuchQueue%")] string message)
        {
        }
    }

    public static class MissingConnection
    {
        [Function("MissingConnection")]
        public static void Run([ServiceBusTrigger("queue", Connection = "NoSuchConnection")] string message)
        {
        }
    }

    public static class Twice
    {
        [Function("Same")]
        public static string One([HttpTrigger] HttpRequest request) => "";

        [Function("same")]
        public static string Two([HttpTrigger] HttpRequest request) => "";

        [Function("Unknown")]
        public static string Run([HttpTrigger] HttpRequest request, Uri what) => $"{what}";
    }
}
