using Formae.Plugins.Postgres;
using Formae.Sdk.Functions;
using Microsoft.Extensions.Hosting;

PluginApp.CreateBuilder(args)
    .Define(PostgresPlugin.Define)
    .Build()
    .Run();
