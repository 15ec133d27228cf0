using Formae.Plugins.FakeAws;
using Formae.Sdk.Functions;
using Microsoft.Extensions.Hosting;

PluginApp.CreateBuilder(args)
    .Define(FakeAwsPlugin.Define)
    .Build()
    .Run();
