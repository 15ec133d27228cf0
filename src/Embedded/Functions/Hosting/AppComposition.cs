using System.Reflection;
using System.Text.Json;
using Formae.Embedded.DurableTask;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;

namespace Formae.Embedded.Functions;

/// <summary>Makes a running app of a builder: its functions, their routes and listeners, the task hub.</summary>
internal static class AppComposition
{
    private const long LargestBody = 210 * 1024 * 1024;

    public static IHost Build(WebApplicationBuilder builder, IReadOnlyList<Func<FunctionExecutionDelegate, FunctionExecutionDelegate>> middleware, IReadOnlyList<Type>? functionTypes, bool isWebApplication)
    {
        var settings = new AppSettings(builder.Configuration);
        var host = HostJson.Read(settings.Folder, builder.Configuration);
        var functions = FunctionSet.Load(functionTypes ?? FunctionFinder.TypesOf(AssemblyOf(settings)), settings, host, middleware);
        AddLogging(builder.Logging, host, settings);
        if (isWebApplication && functions.NeedsMvc)
            AddMvc(builder.Services);
        builder.WebHost.UseUrls(settings.Urls);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.AllowSynchronousIO = true;
            kestrel.Limits.MaxRequestBodySize = LargestBody;
        });
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = settings.DrainTime);
        builder.Services.AddSingleton(functions);
        builder.Services.AddSingleton(settings);
        builder.Services.AddSingleton(host);
        if (settings.EndsWithParent)
            builder.Services.AddSingleton<IHostLifetime, ChildLifetime>();
        builder.Services.AddHostedService(provider => CreateService(provider, functions, settings, host));

        var app = builder.Build();
        functions.App.Scopes = app.Services.GetRequiredService<IServiceScopeFactory>();
        MapRoutes(app, functions, settings, isWebApplication);
        return app;
    }

    private static Assembly AssemblyOf(AppSettings settings) => settings.AppAssembly is { } name
        ? Assembly.Load(new AssemblyName(name))
        : Assembly.GetEntryAssembly() ?? throw new StartupException("There is no entry assembly: set EMBEDDED_APP_ASSEMBLY to the app's.");

    private static void AddLogging(ILoggingBuilder logging, HostJson host, AppSettings settings)
    {
        if (settings.LogsJson)
        {
            logging.Configure(factory => factory.ActivityTrackingOptions = ActivityTrackingOptions.TraceId | ActivityTrackingOptions.SpanId);
            logging.AddJsonConsole(console =>
            {
                console.IncludeScopes = true;
                console.UseUtcTimestamp = true;
                console.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ";
            });
        }
        else
        {
            logging.AddSimpleConsole(console =>
            {
                console.SingleLine = true;
                console.ColorBehavior = Console.IsOutputRedirected ? LoggerColorBehavior.Disabled : LoggerColorBehavior.Default;
            });
        }

        // What the platform says of its own start and stop is said once, by AppService.
        logging.AddFilter("Microsoft.Hosting.Lifetime", LogLevel.Warning);
        foreach (var (category, level) in host.LogLevels)
        {
            if (category.Equals("default", StringComparison.OrdinalIgnoreCase))
                logging.SetMinimumLevel(level);
            else
                logging.AddFilter(category, level);
        }
    }

    private static void AddMvc(IServiceCollection services) => services.AddMvcCore();

    private static void MapRoutes(WebApplication app, FunctionSet functions, AppSettings settings, bool isWebApplication)
    {
        var keys = settings.KeysFile is { } file ? FunctionKeys.Read(file) : null;
        var logger = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger<HttpEndpoint>();
        foreach (var function in functions.Functions)
        {
            if (function.Trigger is not HttpTriggerBinding trigger)
                continue;
            RequestDelegate handler = new HttpEndpoint(function, trigger, new HttpResults(function.Definition, isWebApplication), keys, logger).HandleAsync;
            _ = trigger.Methods is null
                ? app.Map(trigger.Route, handler)
                : app.MapMethods(trigger.Route.RawText!, trigger.Methods, handler);
        }

        if (functions.App.UsesDurableTask)
            DurableWebhooks.Map(app, functions.App, keys);
    }

    private static AppService CreateService(IServiceProvider provider, FunctionSet functions, AppSettings settings, HostJson host)
    {
        var loggers = provider.GetRequiredService<ILoggerFactory>();
        var time = provider.GetRequiredService<TimeProvider>();
        HubHost? hub = null;
        if (functions.App.UsesDurableTask)
        {
            var registry = new TaskHubRegistry();
            foreach (var function in functions.Functions)
                (function.Trigger as DurableBinding)?.Register(function, registry);
            hub = new HubHost(functions.App, settings, host.DurableTask, registry, provider.GetRequiredService<IOptions<JsonSerializerOptions>>().Value, loggers, time);
        }

        return new AppService(provider, functions, settings, host, hub, time, loggers);
    }
}
