using Formae.Plugins.Local;
using Formae.Sdk.Functions;
using Microsoft.Extensions.Hosting;

PluginApp.CreateBuilder(args)
    .Define(LocalPlugin.Define)
    .Build()
    .Run();
