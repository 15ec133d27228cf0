using Formae.Embedded.Functions;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Formae.Embedded.Functions.Tests;

/// <summary>A function app in this process, with the functions of one class and a folder of its own.</summary>
internal sealed class TestApp : IAsyncDisposable
{
    private readonly IHost _host;
    private readonly TestFolder _folder;

    private TestApp(IHost host, TestFolder folder)
    {
        (_host, _folder) = (host, folder);
        var url = host.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        Http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = new Uri(url) };
    }

    public HttpClient Http { get; }

    public IServiceProvider Services => _host.Services;

    /// <summary>Completes when the app has been told to stop.</summary>
    public Task Stopping
    {
        get
        {
            var stopping = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.Register(stopping.SetResult);
            return stopping.Task.WaitAsync(TimeSpan.FromSeconds(60));
        }
    }

    public Task StopAsync() => _host.StopAsync(TestContext.Current.CancellationToken);

    public static async Task<TestApp> StartAsync(Type functions, Action<FunctionsApplicationBuilder>? configure = null, string? hostJson = null, bool isWeb = true)
    {
        var folder = new TestFolder();
        try
        {
            var host = Build([functions], folder, configure, hostJson, isWeb);
            await host.StartAsync(TestContext.Current.CancellationToken);
            return new TestApp(host, folder);
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    public static IHost Build(IReadOnlyList<Type> functions, TestFolder folder, Action<FunctionsApplicationBuilder>? configure = null, string? hostJson = null, bool isWeb = true)
    {
        File.WriteAllText(folder["host.json"], hostJson ?? """{"version":"2.0","logging":{"logLevel":{"default":"Warning"}}}""");
        var builder = FunctionsApplication.CreateBuilder([]);
        builder.FunctionTypes = functions;
        builder.Configuration["ASPNETCORE_URLS"] = "http://127.0.0.1:0";
        builder.Configuration["EMBEDDED_APP_FOLDER"] = folder.Path;
        builder.Configuration["AzureWebJobsStorage"] = $"UseEmbeddedStorage=true;DataSource={folder["hub"]}";
        if (isWeb)
            builder.ConfigureFunctionsWebApplication();
        configure?.Invoke(builder);
        return builder.Build();
    }

    /// <summary>The message of an app that must not start.</summary>
    public static string RefusalOf(Type functions, Action<FunctionsApplicationBuilder>? configure = null, string? hostJson = null)
    {
        using var folder = new TestFolder();
        return Assert.ThrowsAny<InvalidOperationException>(() => Build([functions], folder, configure, hostJson)).Message;
    }

    public async Task<(int Status, string Body)> GetAsync(string path)
    {
        using var response = await Http.GetAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    public async Task<(int Status, string Body)> PostAsync(string path, string body)
    {
        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        using var response = await Http.PostAsync(new Uri(path, UriKind.Relative), content, TestContext.Current.CancellationToken);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _host.StopAsync();
        await ((IAsyncDisposable)_host).DisposeAsync();
        _folder.Dispose();
    }
}
