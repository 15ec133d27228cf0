using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Formae.Sdk.Tests.Conformance;

/// <summary>Jars behind HTTP.</summary>
internal sealed class JarServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private JarServer(WebApplication app) => _app = app;

    public string Address => _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First() + "/pantry";

    public static async Task<JarServer> StartAsync(JarCloud cloud)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddRoutingCore();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        app.UseRouting();
        app.MapPut("/pantry/jars", async context => await context.Response.WriteAsJsonAsync(cloud.Put((await context.Request.ReadFromJsonAsync<Jar>())!, context.Request.Query["token"].FirstOrDefault())));
        app.MapGet("/pantry/jars/{id}", context => AnswerAsync(context, cloud.Find(IdOf(context))));
        app.MapPut("/pantry/jars/{id}", async context => await AnswerAsync(context, cloud.Change(IdOf(context), (await context.Request.ReadFromJsonAsync<Jar>())!)));
        app.MapDelete("/pantry/jars/{id}", context =>
        {
            context.Response.StatusCode = cloud.Remove(IdOf(context)) ? StatusCodes.Status204NoContent : StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        });
        app.MapGet("/pantry/jars", context => context.Response.WriteAsJsonAsync(cloud.List(context.Request.Query["after"].FirstOrDefault(), int.Parse(context.Request.Query["most"]!, System.Globalization.CultureInfo.InvariantCulture))));
        await app.StartAsync();
        return new JarServer(app);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static string IdOf(HttpContext context) => (string)context.GetRouteValue("id")!;

    private static Task AnswerAsync(HttpContext context, Jar? jar)
    {
        if (jar is not null)
            return context.Response.WriteAsJsonAsync(jar);
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }
}
