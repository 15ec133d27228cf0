using Formae.Plugins.Notifier;
using Formae.Sdk.Functions;
using Microsoft.Extensions.Hosting;

PluginApp.CreateBuilder(args)
    .AddEventHandler<Notebook>()
    .Build()
    .Run();
