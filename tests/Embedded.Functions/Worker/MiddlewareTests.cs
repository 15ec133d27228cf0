using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Formae.Embedded.Functions.Tests;

public sealed class MiddlewareTests
{
    [Fact]
    public async Task Middleware_runs_in_the_order_in_which_it_was_added()
    {
        var trail = new List<string>();
        await using var app = await TestApp.StartAsync(typeof(Traced), builder =>
        {
            builder.Services.AddSingleton(trail);
            builder.UseMiddleware<Recorder>();
            builder.UseMiddleware(async (context, next) =>
            {
                trail.Add("in 2");
                await next();
                trail.Add("out 2");
            });
            builder.UseWhen(context => context.FunctionDefinition.Name == "Other", (_, _) => throw new InvalidOperationException("This is not the other function."));
        });
        Assert.Equal((200, "done"), await app.GetAsync("/api/Traced"));
        Assert.Equal(["in 1 Traced", "in 2", "function", "out 2", "out 1 done"], trail);
    }

    [Fact]
    public async Task A_middleware_may_answer_in_the_place_of_the_function()
    {
        await using var app = await TestApp.StartAsync(typeof(Traced), builder =>
        {
            builder.Services.AddSingleton(new List<string>());
            builder.UseMiddleware((context, _) =>
            {
                context.GetInvocationResult().Value = Results.StatusCode(403);
                return Task.CompletedTask;
            });
        });
        Assert.Equal(403, (await app.GetAsync("/api/Traced")).Status);
    }

    [Fact]
    public async Task A_middleware_may_turn_a_failure_into_an_answer()
    {
        await using var app = await TestApp.StartAsync(typeof(Traced), builder =>
        {
            builder.Services.AddSingleton(new List<string>());
            builder.UseMiddleware(async (context, next) =>
            {
                try
                {
                    await next();
                }
                catch (InvalidOperationException)
                {
                    context.GetInvocationResult().Value = Results.Conflict();
                }
            });
        });
        Assert.Equal(409, (await app.GetAsync("/api/Failing")).Status);
    }

    [Fact]
    public async Task An_invocation_has_one_scope_for_middleware_and_function()
    {
        await using var app = await TestApp.StartAsync(typeof(Scoped), builder =>
        {
            builder.Services.AddScoped<ScopedThing>();
            builder.UseMiddleware((context, next) =>
            {
                context.InstanceServices.GetRequiredService<ScopedThing>().Note = "same";
                context.Items["a"] = "b";
                return next();
            });
        });
        Assert.Equal((200, "same b"), await app.GetAsync("/api/Scoped"));
        Assert.Equal(1, Scoped.Disposals);
    }

    public sealed class Recorder(List<string> trail) : IFunctionsWorkerMiddleware
    {
        public async Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
        {
            trail.Add($"in 1 {context.FunctionDefinition.Name}");
            await next(context);
            trail.Add($"out 1 {context.GetInvocationResult().Value}");
        }
    }

    public sealed class Traced(List<string> trail)
    {
        [Function("Traced")]
        public string Run([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request)
        {
            trail.Add("function");
            return "done";
        }

        [Function("Failing")]
        public static string Fail([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request) => throw new InvalidOperationException("no");
    }

    public sealed class ScopedThing
    {
        public string Note { get; set; } = "";
    }

    public sealed class Scoped(ScopedThing thing) : IDisposable
    {
        public static int Disposals { get; private set; }

        [Function("Scoped")]
        public string Run([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request, FunctionContext context) => $"{thing.Note} {context.Items["a"]}";

        public void Dispose() => Disposals++;
    }
}
