using Azure.Messaging.ServiceBus;
using Formae.Protocol.Bus;

namespace Formae.Distributed.Tests;

/// <summary>What nobody takes, from the bus to the command line, over real processes.</summary>
public sealed class DeadLetterTests
{
    [Fact]
    public async Task A_forged_message_is_found_by_the_doctor_refused_and_dropped()
    {
        using var folder = new TempFolder();
        await using var plane = await ControlPlane.StartAsync(folder.File("data"));
        Task<(int ExitCode, string Output)> RunAsync(params string[] arguments) => ControlPlane.RunAsync([.. arguments, "--server", plane.Address.AbsoluteUri]);
        var healthy = await RunAsync("doctor");
        Assert.True(healthy.ExitCode == 0, healthy.Output);
        Assert.Contains("dead letters: There are none.", healthy.Output, StringComparison.Ordinal);

        await using (var bus = plane.OpenBus())
        {
            await using var sender = bus.CreateSender("formae-requests-fakeaws");
            await sender.SendMessageAsync(
                new ServiceBusMessage("""{"OperationId":"c/0/create","Verb":"Create","Ksuid":"k","ResourceType":"FakeAWS::S3::Bucket","Label":"forged","ReportTo":"formae-reports","Properties":{"BucketName":"plain-text"}}""") { Subject = BusContract.RequestSubject },
                TestContext.Current.CancellationToken);
        }

        var letters = await Wait.ForAsync("the dead letter", ControlPlane.Patience, async () => (await plane.Client.GetDeadLettersAsync(cancellation: TestContext.Current.CancellationToken)).DeadLetters is { Count: 1 } found ? found : null);
        var number = letters[0].SequenceNumber.ToString(System.Globalization.CultureInfo.InvariantCulture);

        var sick = await RunAsync("doctor");
        Assert.True(sick.ExitCode == 1, sick.Output);
        Assert.Contains("fail  dead letters: WrongSignature", sick.Output, StringComparison.Ordinal);
        var shown = await RunAsync("deadletter", "show", "formae-requests-fakeaws", number);
        Assert.Contains("Create of 'forged'", shown.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("plain-text", shown.Output + (await RunAsync("deadletter", "list", "--output", "json")).Output, StringComparison.Ordinal);
        var refused = await RunAsync("deadletter", "retry", "formae-requests-fakeaws", number);
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("DeadLetterRefused", refused.Output, StringComparison.Ordinal);
        Assert.Equal(0, (await RunAsync("deadletter", "drop", "formae-requests-fakeaws", number)).ExitCode);
        Assert.Equal(0, (await RunAsync("doctor")).ExitCode);
        Assert.Empty(await plane.Cloud.CallsAsync());
    }
}
