using Formae.ArmSimulator;
using Formae.Servers;

namespace Formae.Distributed.Tests;

/// <summary>Azure as a person uses it: <c>formae up --plugin azure</c>, the sample, and somebody else who works on the same objects.</summary>
[Collection(OneSystem.Collection)]
public sealed class AzureTests
{
    private const string Group = $"/subscriptions/{Simulator.SubscriptionId}/resourceGroups/formaeorders";
    private const string Address = $"{Group}/providers/Microsoft.Network/publicIPAddresses/formaeorders-ip";
    private const string Secret = "planted-greeting-of-the-app";

    [Fact]
    public async Task The_sample_is_applied_looked_at_put_right_and_destroyed()
    {
        using var folder = new TempFolder();
        await using var azure = await Simulator.StartAsync(cancellation: TestContext.Current.CancellationToken);
        azure.Cloud.Polls = 0;
        var data = folder.File("data");
        await using (var plane = await ControlPlane.StartAsync(data, null, "--plugin", "azure"))
        {
            Assert.Contains("TypeNotice", await FormaeAsync(plane, azure, "validate"), StringComparison.Ordinal);
            var applied = await FormaeAsync(plane, azure, "apply", "--mode", "reconcile", "--yes");
            Assert.Contains("Success: 10 created", applied, StringComparison.Ordinal);
            Assert.Contains("warning TypeNotice: Azure::Resources::Resource:", applied, StringComparison.Ordinal);
            Assert.Contains(azure.Cloud.Ids, id => id.EndsWith("/virtualNetworks/formaeorders-net/subnets/apps", StringComparison.Ordinal));
            Assert.Equal(Address, (string?)azure.Cloud.Find($"{Group}/providers/Microsoft.Network/natGateways/formaeorders-nat")!["properties"]!["publicIpAddresses"]![0]!["id"]);
            Assert.Contains("Nothing to do", await FormaeAsync(plane, azure, "apply", "--mode", "reconcile", "--yes"), StringComparison.Ordinal);
            Assert.Contains("Success: 0 created, 1 updated", await FormaeAsync(plane, azure, "apply", "--mode", "reconcile", "--yes", "--greeting", Secret), StringComparison.Ordinal);

            // Of what somebody else changes, only what the document has written counts.
            azure.Cloud.Change(Address, """{"properties":{"ipTags":[{"ipTagType":"RoutingPreference","tag":"Internet"}]}}""");
            Assert.Contains("0 changed", await ControlPlaneAsync(plane, "sync"), StringComparison.Ordinal);
            azure.Cloud.Change(Address, """{"properties":{"idleTimeoutInMinutes":30}}""");
            Assert.Contains("1 changed", await ControlPlaneAsync(plane, "sync"), StringComparison.Ordinal);
            Assert.Contains("Body.properties.idleTimeoutInMinutes  4 → 30", await ControlPlaneAsync(plane, "drift", "orders"), StringComparison.Ordinal);
            Assert.Contains("1 updated", await FormaeAsync(plane, azure, "apply", "--mode", "reconcile", "--yes", "--force", "--greeting", Secret), StringComparison.Ordinal);
            var address = azure.Cloud.Find(Address)!["properties"]!;
            Assert.Equal((4, "Internet"), ((int)address["idleTimeoutInMinutes"]!, (string)address["ipTags"]![0]!["tag"]!));

            Assert.Contains("10 deleted", await FormaeAsync(plane, azure, "destroy", "--yes"), StringComparison.Ordinal);
            Assert.Empty(azure.Cloud.Ids);
            Assert.DoesNotContain(Secret, plane.Output, StringComparison.Ordinal);
        }

        Assert.All(Directory.EnumerateFiles(data, "*", SearchOption.AllDirectories), file => Assert.DoesNotContain(Secret, File.ReadAllText(file), StringComparison.Ordinal));
    }

    private static Task<string> FormaeAsync(ControlPlane plane, Simulator azure, string verb, params string[] flags) =>
        ControlPlaneAsync(plane, [verb, Path.Combine(Repository.Root, "samples", "azure", "orders.yaml"), "--endpoint", azure.Address.ToString(), .. flags]);

    private static async Task<string> ControlPlaneAsync(ControlPlane plane, params string[] arguments)
    {
        var (code, output) = await ControlPlane.RunAsync([.. arguments, "--server", plane.Address.ToString()]);
        Assert.True(code == 0, $"formae {string.Join(' ', arguments)}: {output}{Environment.NewLine}{plane.LastLines}");
        return output;
    }
}
