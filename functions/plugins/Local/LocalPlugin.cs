using Formae.Sdk;

namespace Formae.Plugins.Local;

/// <summary>What this plugin consists of.</summary>
public static class LocalPlugin
{
    public static void Define(PluginDefinition plugin) => plugin
        .WithTargets<LocalTarget>()
        .AddResource<LocalDirectory, DirectoryHandler>()
        .AddResource<LocalFile, FileHandler>()
        .AddResource<RandomId, RandomIdHandler>()
        .AddResource<RandomPassword, RandomPasswordHandler>()
        .AddResource<ShellCommand, CommandHandler>();
}
