using Formae.Plugins.AzureStorage;
using Formae.Sdk.Functions;
using Microsoft.Extensions.Hosting;

PluginApp.CreateBuilder(args)
    .Define(AzureStoragePlugin.Define)
    .Build()
    .Run();
