using Formae.ArmSimulator;
using Formae.Model;
using Formae.Plugins.AzureResources.Arm;
using Formae.Protocol.Bus;
using Requests = Formae.Sdk.Testing.Requests;

namespace Formae.Plugins.AzureResources.Tests;

/// <summary>Ids and names that come with a request and lead elsewhere than they seem to: nothing is asked with them.</summary>
public sealed class HostileIdTests
{
    private const string Sub = $"/subscriptions/{Simulator.SubscriptionId}";
    private const string Other = "00000000-0000-0000-0000-00000000000f";
    private const string Things = "providers/Test.Things/things";

    public static TheoryData<string, string> Ids => new(
        [
            .. new[]
            {
                $"/subscriptions/{Other}/resourceGroups/web/{Things}/one",
                $"{Sub}/../{Other}/resourceGroups/web/{Things}/one",
                $"{Sub}/%2e%2e/{Other}/resourceGroups/web/{Things}/one",
                $"{Sub}f/resourceGroups/web/{Things}/one",
                $"{Arm.GroupId}/{Things}/..",
                $"{Arm.GroupId}/{Things}/one/../../../..",
                $"{Arm.GroupId}/{Things}/one?force=true",
                $"{Arm.GroupId}/{Things}/one#",
                $"{Arm.GroupId}/{Things}/..\\one",
                $"{Arm.GroupId}/{Things}/one/",
                $"{Arm.GroupId}//{Things}/one",
                Arm.GroupId,
                $"{Sub}/providers/Microsoft.Resources/resourceGroups/web",
                $"https://elsewhere.example{Arm.Thing}",
                "one",
            }.Select(id => (Arm.AnyType, id)),
            (Arm.GroupType, Sub),
            (Arm.GroupType, Arm.Thing),
            (Arm.GroupType, $"{Sub}/resourceGroups/.."),
            (Arm.GroupType, $"{Sub}/resourceGroups/web?force=true"),
            (Arm.GroupType, $"/subscriptions/{Other}/resourceGroups/web"),
            (Arm.QueueType, Arm.GroupId),
        ]);

    [Theory]
    [MemberData(nameof(Ids))]
    public async Task An_id_that_is_none_of_the_type_in_the_subscription_is_not_asked_for(string type, string id)
    {
        await using var arm = await Arm.StartAsync();
        arm.Follow(AsyncStyle.None);
        await arm.MadeAsync(Arm.AnyType, Arm.ThingOf());
        var desired = type == Arm.AnyType ? Arm.ThingOf("""{"size":2}""")
            : type == Arm.GroupType ? Arm.Json("""{"Name":"web","Location":"westeurope"}""")
            : Arm.Json("""{"Name":"orders","ResourceGroup":"web","Namespace":"bus"}""");
        var pending = new PendingOperation { By = Following.Object, Id = id, ApiVersion = "2024-01-01", IsDelete = true };

        foreach (var request in (OperationRequest[])[
            Requests.Read(type, id) with { PriorProperties = desired },
            Requests.Update(type, id, desired),
            Requests.Delete(type, id) with { PriorProperties = desired },
            Requests.Status(type, pending.ToString(), id)])
        {
            var report = await arm.ExecuteAsync(request);

            Assert.Equal((request.Verb, ProblemCodes.InvalidRequest), (request.Verb, report.Problem?.Code));
        }

        Assert.Empty(arm.Simulator.Requests.All);
    }

    [Theory]
    [InlineData(Arm.AnyType, """{"ResourceGroup":"../../OTHER/resourceGroups/g"}""")]
    [InlineData(Arm.AnyType, """{"ResourceGroup":".."}""")]
    [InlineData(Arm.AnyType, """{"ResourceGroup":"web?a=b"}""")]
    [InlineData(Arm.QueueType, """{"ResourceGroup":"web","Namespace":".."}""")]
    [InlineData(Arm.QueueType, """{"ResourceGroup":"web#","Namespace":"bus"}""")]
    public async Task A_parent_that_is_no_name_is_not_listed(string type, string parameters)
    {
        await using var arm = await Arm.StartAsync();

        var report = await arm.ExecuteAsync(Requests.List(type) with { ListParameters = Arm.Json(parameters) });

        Assert.Equal(ProblemCodes.InvalidRequest, report.Problem?.Code);
        Assert.Empty(arm.Simulator.Requests.All);
    }
}
