using Azure.Data.Tables;
using Azure.Identity;
using Azure.Messaging.ServiceBus;
using Formae.Coordination.Bus;
using Formae.Coordination.Bus.DeadLetters;
using Formae.Coordination.Background;
using Formae.Coordination.Catalog;
using Formae.Coordination.Commands;
using Formae.Coordination.Health;
using Formae.Coordination.History;
using Formae.Coordination.Intake;
using Formae.Coordination.Operations;
using Formae.Coordination.Progress;
using Formae.Coordination.Publishing;
using Formae.Coordination.Queries;
using Formae.Coordination.Schemas;
using Formae.Coordination.Secrets;
using Formae.Coordination.Storage;
using Formae.Coordination.Synchronization;
using Formae.Messaging;
using Formae.Messaging.KeyRing;
using Formae.Model;
using Formae.Protocol.Secrets;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Formae.Coordination;

/// <summary>Puts the room together.</summary>
public static class CoordinationServices
{
    public static IServiceCollection AddFormaeCoordination(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<OperationOptions>().Configure(options => OperationRules.Bind(configuration, options)).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<IntakeOptions>().Bind(configuration.GetSection(IntakeOptions.Section)).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<SynchronizationOptions>().Bind(configuration.GetSection(SynchronizationOptions.Section)).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<PluginOptions>().Bind(configuration.GetSection(PluginOptions.Section)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<PluginOptions>, PluginOptionsValidation>();
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<OperationRules>(provider, configuration));
        services.AddOptions<EventOptions>().Bind(configuration.GetSection(EventOptions.Section)).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton(provider => provider.GetRequiredService<IOptions<EventOptions>>().Value);
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<KsuidSource>();

        services.AddSingleton(_ => Tables(configuration));
        services.AddSingleton(_ => Bus(configuration));
        services.AddFormaeMessaging(configuration);
        services.AddFormaeKeyRing(configuration, KeyRingRole.Keeper);
        services.AddSingleton<SecretSeal>();

        services.AddSingleton<FormaeTables>();
        services.AddSingleton<StorageClock>();
        services.AddSingleton<RowPayloadSweep>();
        services.AddSingleton<MessagePayloadSweep>();
        services.AddSingleton<CommandStore>();
        services.AddSingleton<CommandSignals>();
        services.AddSingleton<ProgressJournal>();
        services.AddSingleton<CommandFollowers>();
        services.AddSingleton(provider => new EventTopic(configuration["FORMAE_EVENTS_TOPIC"], provider.GetRequiredService<ServiceBusClient>(), provider.GetRequiredService<MessageWriter>()));
        services.AddSingleton<EventNotices>();
        services.AddSingleton<EventPublication>();
        services.AddSingleton<PartitionWriter>();
        services.AddSingleton<UpdateStore>();
        services.AddSingleton<ResourceStore>();
        services.AddSingleton<VersionStore>();
        services.AddSingleton<StackStore>();
        services.AddSingleton<TargetStore>();
        services.AddSingleton<PolicyStore>();
        services.AddSingleton<ChangeLog>();
        services.AddSingleton<PluginCatalog>();
        services.AddSingleton<PluginHealth>();
        services.AddSingleton<RequestQueues>();
        services.AddSingleton<OperationDispatch>();
        services.AddSingleton<ReportClaims>();
        services.AddSingleton<ReferenceValues>();
        services.AddSingleton<OperationExecution>();
        services.AddSingleton<TargetExecution>();
        services.AddSingleton<PolicyExecution>();
        services.AddSingleton<CommandLifecycle>();
        services.AddSingleton<CommandStarter>();
        services.AddSingleton<CancelSelection>();
        services.AddSingleton<CommandCancellation>();
        services.AddSingleton<DriftQuery>();
        services.AddSingleton<InventoryReader>();
        services.AddSingleton<SealedSecrets>();
        services.AddSingleton(new NamedSecrets(configuration));
        services.AddSingleton<SecretBackfill>();
        services.AddSingleton<CommandPlanning>();
        services.AddSingleton<CommandIntake>();
        services.AddSingleton<CommandQueries>();
        services.AddSingleton<InventoryQueries>();
        services.AddSingleton<PolicyQueries>();
        services.AddSingleton<PluginQueries>();
        services.AddSingleton<DeadLetterBox>();
        services.AddSingleton<DeadLetterHandling>();
        services.AddSingleton(provider => new StorageChecks(provider.GetRequiredService<StorageClock>(), configuration, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<BusChecks>();
        services.AddSingleton<CommandChecks>();
        services.AddSingleton<PluginChecks>();
        services.AddSingleton<Doctor>();
        services.AddSingleton<StatsQuery>();
        services.AddSingleton<DocumentSchemas>();
        services.AddSingleton<ResourceNames>();
        services.AddSingleton<HistoryQueries>();
        services.AddSingleton<StackDriftQuery>();
        services.AddSingleton<StackSnapshots>();
        services.AddSingleton<ResourceSynchronization>();
        services.AddSingleton<SynchronizeSteps>();
        services.AddSingleton<SynchronizeStarter>();
        services.AddSingleton<StackPolicyQuery>();
        services.AddSingleton<StackReconcile>();
        services.AddSingleton<StackExpiry>();
        return services;
    }

    /// <summary>
    /// A connection string in <c>FormaeStorage</c>, or an account's table endpoint in <c>FormaeStorage__tableServiceUri</c> and the app's identity, or a shared access signature for
    /// the endpoint's query.
    /// </summary>
    private static TableServiceClient Tables(IConfiguration configuration) =>
        configuration["FormaeStorage:tableServiceUri"] is { Length: > 0 } endpoint ? Tables(new Uri(endpoint))
        : configuration["FormaeStorage"] is { Length: > 0 } connection ? new TableServiceClient(connection)
        : throw new InvalidOperationException("The setting FormaeStorage (a connection string) or FormaeStorage__tableServiceUri (an endpoint) is missing.");

    private static TableServiceClient Tables(Uri endpoint) =>
        endpoint.Query.Length > 1 ? new TableServiceClient(endpoint) : new TableServiceClient(endpoint, new DefaultAzureCredential());

    /// <summary>A connection string in <c>ServiceBus</c>, or a namespace in <c>ServiceBus__fullyQualifiedNamespace</c> and the app's identity.</summary>
    private static ServiceBusClient Bus(IConfiguration configuration) =>
        configuration["ServiceBus:fullyQualifiedNamespace"] is { Length: > 0 } name ? new ServiceBusClient(name, new DefaultAzureCredential())
        : configuration["ServiceBus"] is { Length: > 0 } connection ? new ServiceBusClient(connection)
        : throw new InvalidOperationException("The setting ServiceBus (a connection string) or ServiceBus__fullyQualifiedNamespace is missing.");
}
