using Formae.ArmSimulator;
using Formae.Model;
using Formae.Protocol.Bus;
using Requests = Formae.Sdk.Testing.Requests;

namespace Formae.Plugins.AzureResources.Tests;

/// <summary>Azure changes one thing of a network at a time.</summary>
public sealed class TurnTests
{
    private const string SubnetType = "Azure::Network::Subnet";
    private const string Network = $"{Arm.GroupId}/providers/Microsoft.Network/virtualNetworks/net";

    /// <summary>As the control plane does it: so many attempts, so long a pause between them unless more is asked for.</summary>
    private const int MostAttempts = 11;
    private static readonly TimeSpan Delay = TimeSpan.FromSeconds(10);

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public async Task Twenty_subnets_of_one_network_at_once_are_all_made(int polls)
    {
        await using var arm = await Arm.StartAsync();
        await MakeNetworkAsync(arm);

        // Each takes as many questions as it needs, and nobody else's request makes it quicker.
        (arm.Cloud.Polls, arm.Cloud.TurnedAwayAsk) = (polls, false);
        var creates = Enumerable.Range(0, 20).Select(number => SubnetOf(number) with { Ksuid = $"2abcdefghijklmnopqrstuvwx{number:00}" });

        var reports = await AllAsync(arm, creates);

        Assert.All(reports, report => Assert.True(report.Status == OperationStatus.Success, $"{report.Attempt}: {report.Problem?.Message}"));
        Assert.Equal(20, arm.Cloud.Ids.Count(id => id.StartsWith($"{Network}/subnets/", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Who_was_turned_away_while_it_ran_comes_again()
    {
        await using var arm = await Arm.StartAsync();
        await MakeNetworkAsync(arm);
        arm.Simulator.Faults.Add(new Fault { Kind = FaultKind.FailOperation, Method = "PUT", Code = "CanceledAndSupersededDueToAnotherOperation" });

        var problem = (await arm.CompleteAsync(SubnetOf(1))).Problem!;

        Assert.Equal((ProblemCodes.ResourceConflict, true), (problem.Code, problem.IsRecoverable));
        Assert.InRange(problem.RetryAfter!.Value, Delay, Delay * 1.25);
    }

    [Fact]
    public async Task Azure_s_own_word_on_when_to_come_again_is_kept()
    {
        await using var arm = await Arm.StartAsync();
        await MakeNetworkAsync(arm);
        arm.Simulator.Faults.Add(new Fault { Method = "PUT", Status = 409, Code = "AnotherOperationInProgress", RetryAfter = 300 });

        Assert.Equal(TimeSpan.FromSeconds(300), (await arm.CompleteAsync(SubnetOf(1))).Problem?.RetryAfter);
    }

    private static async Task MakeNetworkAsync(Arm arm) =>
        await arm.MadeAsync(Arm.NetworkType, Arm.Json("""{"Name":"net","ResourceGroup":"web","Location":"westeurope","AddressPrefixes":["10.0.0.0/16"]}"""));

    private static OperationRequest SubnetOf(int number) =>
        Requests.Create(SubnetType, Arm.Json($$"""{"Name":"subnet-{{number}}","ResourceGroup":"web","VirtualNetwork":"net","AddressPrefix":"10.0.{{number}}.0/24"}"""));

    /// <summary>What becomes of operations that begin at the same time, by the clock of the test.</summary>
    private static async Task<List<OperationReport>> AllAsync(Arm arm, IEnumerable<OperationRequest> operations)
    {
        var ended = new List<OperationReport>();
        var order = 0;
        var due = new PriorityQueue<(OperationRequest Begun, OperationReport? Accepted), (DateTimeOffset At, int Order)>();
        foreach (var operation in operations)
            due.Enqueue((operation, null), (arm.Time.GetUtcNow(), order++));
        while (due.TryDequeue(out var next, out var when))
        {
            arm.Time.Advance(when.At - arm.Time.GetUtcNow());
            var report = next.Accepted is { } accepted ? await arm.AskAsync(next.Begun, accepted) : await arm.ExecuteAsync(next.Begun);
            if (report.Status == OperationStatus.InProgress)
                due.Enqueue((next.Begun, report), (when.At + TimeSpan.FromSeconds(5), order++));
            else if (report.Problem is { IsRecoverable: true } problem && next.Begun.Attempt < MostAttempts)
                due.Enqueue((next.Begun with { Attempt = next.Begun.Attempt + 1 }, null), (when.At + (problem.RetryAfter is { } asked && asked > Delay ? asked : Delay), order++));
            else
                ended.Add(report);
        }

        return ended;
    }
}
