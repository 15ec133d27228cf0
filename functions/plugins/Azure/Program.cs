using Formae.Plugins.AzureResources;
using Formae.Sdk.Functions;
using Microsoft.Extensions.Hosting;

PluginApp.CreateBuilder(args)
    .Define(AzureResourcesPlugin.Define)
    .Build()
    .Run();
