using System.Text.Json;
using Azure.Core.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Formae.Embedded.Functions;

/// <summary>What a builder holds before the app adds its own.</summary>
internal static class AppDefaults
{
    public static WebApplicationBuilder CreateBuilder(string[] args)
    {
        // The empty builder: no file watchers, no event sources, nothing that a quick start would pay for and nobody uses.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
        var configuration = builder.Configuration;
        LocalSettings.AddTo(configuration, AppContext.BaseDirectory);
        if (File.Exists(Path.Combine(AppContext.BaseDirectory, "appsettings.json")))
            configuration.AddJsonFile(Path.Combine(AppContext.BaseDirectory, "appsettings.json"), optional: true, reloadOnChange: false);
        configuration.AddEnvironmentVariables();
        configuration.AddCommandLine(args);

        builder.WebHost.UseKestrelCore();
        builder.Services.AddRouting();
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddOptions();
        builder.Services.Configure<JsonSerializerOptions>(json => json.PropertyNameCaseInsensitive = true);
        builder.Services.AddSingleton<IPostConfigureOptions<WorkerOptions>, DefaultSerializer>();
        return builder;
    }

    private sealed class DefaultSerializer(IOptions<JsonSerializerOptions> json) : IPostConfigureOptions<WorkerOptions>
    {
        public void PostConfigure(string? name, WorkerOptions options) => options.Serializer ??= new JsonObjectSerializer(json.Value);
    }
}
