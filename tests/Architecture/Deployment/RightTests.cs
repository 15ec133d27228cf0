using Formae.Architecture.Tests.Bicep;

namespace Formae.Architecture.Tests.Deployment;

/// <summary>Every right that is given is needed by something that the code does, and everybody has no more than that.</summary>
public sealed class RightTests
{
    /// <summary>
    /// Each role that is given in a module: its id among the built-in roles (https://learn.microsoft.com/azure/role-based-access-control/built-in-roles), its name there, where it is given,
    /// and the code that needs it. Roles that the platform asks for have no code of ours; the reason stands in their place.
    /// </summary>
    private static readonly Right[] Rights =
    [
        new("monitoring", "3913510d-42f4-4e42-8a64-420c390055eb", "Monitoring Metrics Publisher", "insights", "the Functions host writes its log with the identity of the app"),
        new("storage-rights", "0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3", "Storage Table Data Contributor", "account", "src/Coordination/CoordinationServices.cs", "new TableServiceClient(endpoint, new DefaultAzureCredential())"),
        new("storage-rights", "ba92f5b4-2d11-453d-a403-e96b0029c9fe", "Storage Blob Data Contributor", "payloads", "src/Messaging/Payloads/PayloadSettings.cs", "new BlobPayloads(service,"),
        new("storage-rights", "ba92f5b4-2d11-453d-a403-e96b0029c9fe", "Storage Blob Data Contributor", "keys", "src/Coordination/CoordinationServices.cs", "AddFormaeKeyRing(configuration, KeyRingRole.Keeper)"),
        new("storage-rights", "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1", "Storage Blob Data Reader", "keys", "src/Sdk.Functions/PluginApp.cs", "AddFormaeKeyRing(_app.Configuration, KeyRingRole.Reader)"),
        new("queue-rights", "69a216fc-b8fb-44d8-bc22-1f3c2cd27a39", "Azure Service Bus Data Sender", "queue", "src/Sdk.Functions/BusSenders.cs", "client.CreateSender"),
        new("queue-rights", "4f6d3b9b-027b-4f4c-9142-0e5a2a2247e0", "Azure Service Bus Data Receiver", "queue", "src/Sdk.Functions/OperationFunction.cs", "ServiceBusTrigger("),
        new("topic-rights", "69a216fc-b8fb-44d8-bc22-1f3c2cd27a39", "Azure Service Bus Data Sender", "topic", "src/Coordination/Bus/EventTopic.cs", "client.CreateSender(name)"),
        new("subscription-rights", "4f6d3b9b-027b-4f4c-9142-0e5a2a2247e0", "Azure Service Bus Data Receiver", "subscription", "src/Sdk.Functions/EventListener.cs", "ServiceBusReceivedMessage message"),
        new("vault", "4633458b-17de-408a-b874-0445c86b69e6", "Key Vault Secrets User", "vault", "src/Messaging/Keys/MessageKeys.cs", "FormaeMessageKeys"),
        new("vault", "b86a8fe4-44ce-4948-aee5-eccb2c155cd7", "Key Vault Secrets Officer", "vault", "who changes the secret reads the keys that are there and writes them with the new one: docs/azure.md#signed-messages"),
        new("vault", "e147488a-f6f5-4113-8e2d-b22465e65bf6", "Key Vault Crypto Service Encryption User", "ring", "src/Messaging/KeyRing/VaultKey.cs", "unwrapkey"),
        new("scheduler", "0ad04412-c4d5-4796-b79c-f76d14c8d402", "Durable Task Data Contributor", "hub", "functions/Coordinator/Orchestrations/CommandOrchestrator.cs", "[OrchestrationTrigger]"),
        new("host-storage", "b7e6dc6d-f1e8-4753-8033-0f276bb0955b", "Storage Blob Data Owner", "account", "the Functions host keeps its locks, its keys and the package in blobs"),
        new("host-storage", "974c5e8b-45b9-4653-ba55-5f855dd0fb88", "Storage Queue Data Contributor", "account", "a task hub on Azure Storage has its messages in queues"),
        new("host-storage", "0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3", "Storage Table Data Contributor", "account", "a task hub on Azure Storage has its histories in tables"),
    ];

    [Fact]
    public void Every_right_is_needed_by_code_and_by_no_more_than_it_is_given()
    {
        var given = Infrastructure.Templates.SelectMany(file => Assignments(file).Select(assignment => (Module: Path.GetFileNameWithoutExtension(file.Path), Role: RoleOf(file, assignment), Scope: ScopeOf(assignment)))).ToHashSet();
        Repository.NoneOf("Nobody says what needs this right:", given.Except(Rights.Select(right => (right.Module, right.Role, right.Scope))).Select(right => right.ToString()));
        Repository.NoneOf("This right is not given (any more):", Rights.Select(right => (right.Module, right.Role, right.Scope)).Except(given).Select(right => right.ToString()));
        Repository.NoneOf("The code does not ask for this (any more):", Rights
            .Where(right => right.Code is not null && !File.ReadAllText(Repository.Full(right.NeededBy)).Contains(right.Code, StringComparison.Ordinal))
            .Select(right => $"{right.Name}: {right.Code} in {right.NeededBy}"));
    }

    [Fact]
    public void The_name_of_a_role_stands_beside_its_id()
    {
        foreach (var right in Rights)
        {
            var lines = Repository.Lines($"{Infrastructure.Folder}/modules/{right.Module}.bicep");
            var at = Array.FindIndex(lines, line => line.Contains(right.Role, StringComparison.Ordinal));
            Assert.True(lines[at].Contains($"// {right.Name}", StringComparison.Ordinal) || lines[at - 1].Contains($"// {right.Name}.", StringComparison.Ordinal), $"{right.Module}: {right.Name}");
        }
    }

    [Fact]
    public void A_plugin_hears_only_its_own_queue_and_speaks_only_to_the_coordinator()
    {
        var calls = Infrastructure.CallsOf("queue-rights").ToDictionary(call => ((Node.Text)call["queueName"]!).Pattern, StringComparer.Ordinal);
        foreach (var heard in (string[])["formae-reports", "formae-announcements"])
        {
            Assert.Empty(((Node.List)calls[heard]["receiverIds"]!).Items);
            Assert.IsType<Node.Loop>(Assert.Single(((Node.List)calls[heard]["senderIds"]!).Items));
        }

        var own = calls["formae-requests-{}"];
        Assert.Empty(((Node.List)own["senderIds"]!).Items);
        Assert.Equal(OutputOf("pluginIdentities", "principalId"), Assert.Single(((Node.List)own["receiverIds"]!).Items));
        Assert.Equal(new Node.Member(new Node.Symbol("plugin"), "name"), Assert.Single(((Node.Text)own["queueName"]!).Holes));
    }

    [Fact]
    public void A_plugin_hears_only_of_what_it_has_asked_for_and_tells_nobody()
    {
        var own = Assert.Single(Infrastructure.CallsOf("subscription-rights"));
        Assert.Equal(new Node.Member(new Node.Symbol("plugin"), "name"), own["subscriptionName"]);
        Assert.Equal(OutputOf("pluginIdentities", "principalId"), own["receiverId"]);
        Assert.Equal(["namespaceName", "coordinatorId"], Assert.Single(Infrastructure.CallsOf("topic-rights")).Properties.Select(property => ((Node.Text)property.Name).Plain));
    }

    [Fact]
    public void A_plugin_opens_only_bodies_of_messages()
    {
        var rights = Infrastructure.Module("storage-rights");
        var ofPlugins = Assignments(rights).Where(assignment => assignment.Value is Node.List { Items: [Node.Loop { Source: Node.Symbol { Name: "pluginIds" } }] }).ToList();
        Assert.Equal(["keys", "payloads"], ofPlugins.Select(ScopeOf).Order(StringComparer.Ordinal));
        var messages = ofPlugins.Single(assignment => ScopeOf(assignment) == "payloads");
        Assert.Equal(new Node.Symbol("isMessage"), messages.Body["properties", "condition"]);
        var condition = ((Node.Text)rights.Of("var").Single(value => value.Name == "isMessage").Value!).Plain!;
        Assert.EndsWith("OR (@Resource[Microsoft.Storage/storageAccounts/blobServices/containers/blobs:path] StringLike 'messages/*'))", condition, StringComparison.Ordinal);
        Assert.Equal(condition.Count(character => character == '('), condition.Count(character => character == ')'));
        Assert.Contains("public const string Messages = \"messages\";", File.ReadAllText(Repository.Full("src/Messaging/Payloads/PayloadStore.cs")), StringComparison.Ordinal);
    }

    [Fact]
    public void Rights_are_given_to_identities_by_names_that_do_not_collide() =>
        Repository.NoneOf("The name of a right is made of its scope, its principal and its role:", Infrastructure.Templates.SelectMany(file => Assignments(file)
            .Where(assignment => assignment.Body["name"] is not Node.Call { Function: "guid", Arguments: [_, Node.Symbol principal, Node.Symbol] } || principal != assignment.Body["properties", "principalId"])
            .Select(assignment => $"{file.Path}:{assignment.Line}")));

    private static IEnumerable<Declaration> Assignments(BicepFile file) => file.Of("resource").Where(resource => resource.Type.StartsWith("Microsoft.Authorization/roleAssignments@", StringComparison.Ordinal));

    private static string RoleOf(BicepFile file, Declaration assignment)
    {
        var role = Assert.IsType<Node.Symbol>(assignment.Body["properties", "roleDefinitionId"]);
        var id = Assert.IsType<Node.Call>(file.Of("var").Single(value => value.Name == role.Name).Value);
        Assert.Equal("subscriptionResourceId", id.Function);
        return ((Node.Text)id.Arguments[1]).Plain!;
    }

    private static string ScopeOf(Declaration assignment) => assignment.Body["scope"] switch
    {
        Node.Symbol symbol => symbol.Name,
        Node.Member member => member.Name,
        _ => throw new FormatException($"The right '{assignment.Name}' has no scope."),
    };

    private static Node.Member OutputOf(string modules, string output) => new(new Node.Member(new Node.Item(new Node.Symbol(modules), new Node.Symbol("index")), "outputs"), output);

    private sealed record Right(string Module, string Role, string Name, string Scope, string NeededBy, string? Code = null);
}
