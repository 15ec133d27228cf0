using Formae.Coordination;
using Formae.Coordination.Queries;
using Formae.Coordinator.Http.Access;
using Formae.Coordinator.Http.Description;
using Formae.Protocol.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace Formae.Coordinator.Http;

/// <summary>The plugins that announced themselves. As the original without its plugin manager, the control plane installs none: a plugin comes by its app being deployed.</summary>
public sealed class PluginFunctions(PluginQueries plugins)
{
    private const string Deploy = "A plugin is a function app: deploy it, and it announces itself; stop it, and it falls silent.";

    [Function("ListPlugins")]
    [Endpoint(Role.Reader, "The plugins that announced themselves.")]
    [Parameter("scope", ParameterPlace.Query, "Default installed; of available ones only a plugin manager knows.", Values = "installed|available")]
    [Parameter("q", ParameterPlace.Query, "Part of the name, the namespace or the summary.")]
    [Parameter("category", ParameterPlace.Query, "Only those of this category.")]
    [Parameter("type", ParameterPlace.Query, "Only those of this kind, such as resource.")]
    [Answer(200, "The plugins, without their schemas.", typeof(PluginList))]
    [Answer(400, "There is no such scope.")]
    [Answer(503, "There is no plugin manager.")]
    public async Task<IResult> List([HttpTrigger(AuthorizationLevel.Function, "get", Route = "v1/plugins")] HttpRequest request, [DurableClient] DurableTaskClient client, CancellationToken cancellation)
    {
        switch ((string?)request.Query["scope"])
        {
            case null or "" or "installed":
                return Answers.Json(new PluginList { Plugins = await plugins.ListAsync(request.Query["q"], request.Query["category"], request.Query["type"], client, cancellation) }, HttpJson.Readable.PluginList);
            case "available":
                return NoManager("Which plugins could be had is not known here: see where their apps are published.");
            case var scope:
                return Answers.BadRequest($"scope is '{scope}'; it is 'installed' or 'available'.");
        }
    }

    [Function("GetPlugin")]
    [Endpoint(Role.Reader, "One plugin by its name or namespace: how it is, how fast it is called, and its schemas.")]
    [Answer(200, "The plugin.", typeof(PluginAnswer))]
    [Answer(404, "There is no such plugin.")]
    public async Task<IResult> Get([HttpTrigger(AuthorizationLevel.Function, "get", Route = "v1/plugins/{name}")] HttpRequest request, string name, [DurableClient] DurableTaskClient client, CancellationToken cancellation) =>
        await plugins.FindAsync(name, client, cancellation) is { } found
            ? Answers.Json(new PluginAnswer { Plugin = found }, HttpJson.Readable.PluginAnswer)
            : Answers.Error(Refusals.PluginNotFound(name));

    [Function("InstallPlugins")]
    [Endpoint(Role.Admin, "Would install plugins; there is no manager that could.")]
    [Answer(503, "There is no plugin manager.")]
    public IResult Install([HttpTrigger(AuthorizationLevel.Function, "post", Route = "v1/plugins/install")] HttpRequest request) => NoManager(Deploy);

    [Function("UninstallPlugins")]
    [Endpoint(Role.Admin, "Would take plugins away; there is no manager that could.")]
    [Answer(503, "There is no plugin manager.")]
    public IResult Uninstall([HttpTrigger(AuthorizationLevel.Function, "post", Route = "v1/plugins/uninstall")] HttpRequest request) => NoManager(Deploy);

    [Function("UpdatePlugins")]
    [Endpoint(Role.Admin, "Would update plugins; there is no manager that could.")]
    [Answer(503, "There is no plugin manager.")]
    public IResult Update([HttpTrigger(AuthorizationLevel.Function, "post", Route = "v1/plugins/update")] HttpRequest request) => NoManager(Deploy);

    private static IResult NoManager(string message) => Answers.Error(ErrorCodes.NoPluginManager, message);
}
