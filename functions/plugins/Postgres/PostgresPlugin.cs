using Formae.Sdk;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Formae.Plugins.Postgres;

/// <summary>What this plugin consists of.</summary>
public static class PostgresPlugin
{
    public static void Define(PluginDefinition plugin)
    {
        plugin.Services.TryAddSingleton(TimeProvider.System);
        plugin.Services.AddSingleton(services => new PostgresConnections(plugin.Settings, services.GetRequiredService<TimeProvider>()));
        plugin
            .WithRateLimit(RequestsPerSecond)
            .WithTargets<PostgresTarget>()
            .AddResource<Database, DatabaseHandler>()
            .AddResource<Schema, SchemaHandler>()
            .AddResource<Extension, ExtensionHandler>()
            .AddResource<Table, TableHandler>()
            .AddResource<Role, RoleHandler>()
            .AddResource<Membership, MembershipHandler>()
            .AddResource<Grant, GrantHandler>();
    }

    // A server has a hundred connections by default, and others need some of them too.
    private const int RequestsPerSecond = 50;
}
