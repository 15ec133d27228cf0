using Azure.Identity;
using Formae.ArmSimulator;
using Formae.Model;
using Formae.Plugins.AzureResources.Arm;
using Formae.Protocol.Bus;
using Requests = Formae.Sdk.Testing.Requests;

namespace Formae.Plugins.AzureResources.Tests;

public sealed class TargetTests
{
    private const string Sub = $"\"SubscriptionId\":\"{Simulator.SubscriptionId}\"";

    [Theory]
    [InlineData("""{}""", "SubscriptionId")]
    [InlineData("""{"SubscriptionId":"mine"}""", "SubscriptionId")]
    [InlineData("{" + Sub + ""","ClientSecret":"planted"}""", "ClientId")]
    [InlineData("{" + Sub + ""","Environment":"Moon"}""", "Environment")]
    [InlineData("{" + Sub + ""","Endpoint":"http://management.example"}""", "Endpoint")]
    [InlineData("{" + Sub + ""","Endpoint":"nowhere"}""", "Endpoint")]
    [InlineData("{" + Sub + ""","Endpoint":"https://evil.example/ https://management.azure.com"}""", "Endpoint")]
    [InlineData("{" + Sub + ""","Endpoint":"https://management.azure.com@evil.example"}""", "Endpoint")]
    [InlineData("{" + Sub + ""","Endpoint":"https://evil.example/?https://management.azure.com"}""", "Endpoint")]
    [InlineData("{" + Sub + ""","Endpoint":"https://evil.example/#https://management.azure.com"}""", "Endpoint")]
    [InlineData("{" + Sub + ""","Endpont":"http://127.0.0.1:1/planted"}""", "'Endpont', which is unknown; known are SubscriptionId, ")]
    public async Task A_target_that_cannot_be_worked_with_is_refused(string config, string mentions)
    {
        await using var arm = await Arm.StartAsync(group: false);
        arm.Plugin.TargetConfig = Arm.Json(config);

        var report = await arm.ExecuteAsync(Requests.Read(Arm.GroupType, Arm.GroupId));

        Assert.Equal(ProblemCodes.InvalidRequest, report.Problem?.Code);
        Assert.Contains(mentions, report.Problem!.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("planted", report.Problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_simulator_is_never_told_a_secret()
    {
        await using var arm = await Arm.StartAsync(group: false);
        arm.Plugin.TargetConfig = Arm.Config(arm.Simulator.Address, ""","TenantId":"t","ClientId":"c","ClientSecret":"planted" """);

        var report = await arm.ExecuteAsync(Requests.List(Arm.GroupType));

        Assert.Equal(OperationStatus.Success, report.Status);
        Assert.DoesNotContain("planted", new AzureTarget { SubscriptionId = "s", ClientSecret = "planted" }.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, null, "https://management.azure.com//.default")]
    [InlineData(AzureCloud.China, null, "https://management.chinacloudapi.cn/.default")]
    [InlineData(null, "https://management.azure.com/", "https://management.azure.com/.default")]
    [InlineData(AzureCloud.Government, "https://evil.example", "https://evil.example/.default")]
    [InlineData(null, "https://evil.example:8443/", "https://evil.example:8443/.default")]
    public void A_token_is_asked_for_the_very_host_that_it_is_sent_to(AzureCloud? cloud, string? endpoint, string scope)
    {
        var environment = ArmConnections.EnvironmentOf(new AzureTarget { Environment = cloud, Endpoint = endpoint });

        Assert.Equal(scope, environment.DefaultScope);
        Assert.Equal(environment.Endpoint.Authority, new Uri(environment.DefaultScope).Authority);
    }

    /// <summary>The host's identity may be a user-assigned one alone, which only its environment names.</summary>
    [Theory]
    [InlineData(null, "of-the-environment")]
    [InlineData("", "of-the-environment")]
    [InlineData("of-the-target", "of-the-target")]
    public void Whom_the_target_does_not_name_the_environment_does(string? named, string expected)
    {
        string[] names = ["AZURE_CLIENT_ID", "AZURE_TENANT_ID"];
        var before = names.Select(Environment.GetEnvironmentVariable).ToList();
        try
        {
            foreach (var name in names)
                Environment.SetEnvironmentVariable(name, "of-the-environment");

            var options = ArmConnections.OptionsOf(new AzureTarget { ClientId = named, TenantId = named }, AzureAuthorityHosts.AzurePublicCloud);

            Assert.Equal((expected, expected, expected), (options.ManagedIdentityClientId, options.WorkloadIdentityClientId, options.TenantId));
        }
        finally
        {
            foreach (var (name, value) in names.Zip(before))
                Environment.SetEnvironmentVariable(name, value);
        }
    }

    [Fact]
    public async Task Where_nobody_listens_is_a_failure_of_the_network()
    {
        await using var arm = await Arm.StartAsync(group: false);
        arm.Plugin.TargetConfig = Arm.Config(new Uri("http://127.0.0.1:1"));

        Assert.Equal(ProblemCodes.NetworkFailure, (await arm.ExecuteAsync(Requests.Read(Arm.GroupType, Arm.GroupId))).Problem?.Code);
    }

    [Fact]
    public async Task Names_that_would_make_another_id_are_refused_with_their_field()
    {
        await using var arm = await Arm.StartAsync();

        var report = await arm.ExecuteAsync(Requests.Create(Arm.NetworkType, Arm.Json("""{"Name":"net/subnets/apps","ResourceGroup":"web","Location":"westeurope","AddressPrefixes":["10.0.0.0/16"]}""")));

        Assert.Equal(ProblemCodes.InvalidRequest, report.Problem?.Code);
        Assert.Contains("'Name'", report.Problem!.Message, StringComparison.Ordinal);
        Assert.Empty(arm.Simulator.Requests.All);
    }

    [Fact]
    public async Task Children_are_found_below_all_parents_page_by_page()
    {
        await using var arm = await Arm.StartAsync();
        arm.Cloud.PageSize = 2;
        var expected = new List<string>();
        foreach (var space in (string[])["bus-a", "bus-b", "bus-c", "bus-d"])
        {
            await arm.MadeAsync("Azure::ServiceBus::Namespace", Arm.Json($$"""{"Name":"{{space}}","ResourceGroup":"web","Location":"westeurope"}"""));
            foreach (var queue in space == "bus-b" ? [] : (string[])["q1", "q2", "q3"])
                expected.Add((await arm.MadeAsync(Arm.QueueType, Arm.Json($$"""{"Name":"{{queue}}","ResourceGroup":"web","Namespace":"{{space}}"}"""))).NativeId!);
        }

        Assert.Equal(expected, await AllAsync(arm, Requests.List(Arm.QueueType, pageSize: 1)));
        Assert.Equal(expected.Where(id => id.Contains("/bus-c/", StringComparison.Ordinal)), await AllAsync(arm, Requests.List(Arm.QueueType) with { ListParameters = Arm.Json("""{"ResourceGroup":"web","Namespace":"bus-c"}""") }));
        Assert.Equal(4, (await AllAsync(arm, Requests.List("Azure::ServiceBus::Namespace", pageSize: 3) with { ListParameters = Arm.Json("""{"ResourceGroup":"web"}""") })).Count);
    }

    private static async Task<List<string>> AllAsync(Arm arm, OperationRequest request)
    {
        var all = new List<string>();
        for (var pages = 0; pages < 100; pages++)
        {
            var report = await arm.ExecuteAsync(request);
            Assert.Equal(OperationStatus.Success, report.Status);
            Assert.True(report.NativeIds!.Count <= request.PageSize);
            all.AddRange(report.NativeIds);
            if (report.NextPageToken is not { } next)
                return all;
            request = request with { PageToken = next };
        }

        throw new InvalidOperationException("The list has no end.");
    }
}
