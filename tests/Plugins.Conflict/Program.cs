using Formae.Plugins.Conflict;
using Formae.Sdk.Functions;
using Microsoft.Extensions.Hosting;

PluginApp.CreateBuilder(args)
    .Define(plugin => plugin.AddResource<Library, LibraryHandler>())
    .Build()
    .Run();
