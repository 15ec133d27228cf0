using Formae.Plugins.Aws;
using Formae.Sdk.Functions;
using Microsoft.Extensions.Hosting;

PluginApp.CreateBuilder(args)
    .Define(AwsPlugin.Define)
    .Build()
    .Run();
