using System.Text.Json;
using Azure.Messaging.ServiceBus;
using Formae.Coordination.Bus;
using Formae.Coordination.Storage;
using Formae.Coordination.Tests.Acceptance;
using Formae.Coordination.Tests.Cluster;
using Formae.Messaging.Keys;
using Formae.Plugins.FakeAws;
using Formae.Protocol.Bus;
using Formae.Sdk.Testing;
using static Formae.Coordination.Tests.Acceptance.Trial;

namespace Formae.Coordination.Tests.Messages;

/// <summary>The bus drops what has a name that it knows already: nobody may take the name of a genuine message, and one that has two names does no harm.</summary>
public sealed class TakenNameTests
{
    private const string Namespace = "FakeAWS";

    private readonly CancellationToken _cancellation = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Who_takes_the_names_of_requests_before_they_are_sent_keeps_none_of_them_out()
    {
        var turnstile = new Turnstile();
        await using var plane = await ControlPlane.StartAsync(new Seams { Bus = turnstile.PassAsync }, Patient);
        plane.Cloud.Inject(new Injection { Operation = OperationVerb.Create, Code = "Throttling", Count = 1 });
        string id;
        using (turnstile.HoldAfter(0))
        {
            id = await plane.BeginAsync(Bucket());
            await UntilAsync(() => turnstile.Requests == 1);
            await using var sender = plane.Bus.CreateSender(ControlPlane.RequestQueue);
            for (var number = 2; number < 10; number++)
            {
                var name = $"{id}/{UpdateRecord.RowOf(0, 0)}/create/{number}";
                await sender.SendMessageAsync(new ServiceBusMessage("{}") { Subject = BusContract.RequestSubject, MessageId = name }, _cancellation);
            }

            await UntilAsync(() => turnstile.Requests == 9);
        }

        ControlPlane.Succeeded(await plane.EndOfAsync(id));
        Assert.Equal(2, plane.CallsOf(OperationVerb.Create));
        await UntilAsync(() => plane.CountsOf(ControlPlane.RequestQueue) is { DeadLetter: 8, Active: 0 });
    }

    [Fact]
    public async Task A_request_that_is_sent_again_after_the_keys_have_changed_is_served_twice_and_makes_one_object()
    {
        var arrived = new List<ServiceBusReceivedMessage>();
        var open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var plane = await ControlPlane.StartAsync(new Seams
        {
            Bus = async (queue, message, take) =>
            {
                if (queue == ControlPlane.RequestQueue)
                {
                    lock (arrived)
                        arrived.Add(message);
                    await open.Task;
                }

                await take(true);
            },
        }, Patient);
        var id = await plane.BeginAsync(Bucket());
        await UntilAsync(() => Arrived() == 1);
        var request = JsonSerializer.Deserialize(arrived[0].Body.ToMemory().Span, BusJson.Default.OperationRequest)!;

        // The bus knows the first one, and not the second.
        await SendAsync(plane, request);
        await RotateAsync(plane);
        await SendAsync(plane, request);
        await UntilAsync(() => Arrived() == 2);
        open.SetResult();

        ControlPlane.Succeeded(await plane.EndOfAsync(id));
        await UntilAsync(() => plane.CallsOf(OperationVerb.Create) == 2);
        await UntilAsync(() => plane.CountsOf(ControlPlane.RequestQueue).Active == 0 && plane.CountsOf(BusContract.ReportQueue).Active == 0);
        Assert.Equal((request.MessageId, request.MessageId), (Untagged(arrived[0]), Untagged(arrived[1])));
        Assert.NotEqual(arrived[0].MessageId, arrived[1].MessageId);
        Assert.Single(await plane.InventoryAsync());
        var made = await plane.Plugin.ExecuteAsync(Requests.List("FakeAWS::S3::Bucket", pageSize: 100) with { TargetConfig = Requests.Json("""{"Region":"eu-1"}""") }, _cancellation);
        Assert.Single(made.NativeIds!);
        Assert.All((string[])[ControlPlane.RequestQueue, BusContract.ReportQueue], queue => Assert.Equal(0, plane.CountsOf(queue).DeadLetter));
        Assert.Equal(2, Arrived());

        int Arrived()
        {
            lock (arrived)
                return arrived.Count;
        }
    }

    [Fact]
    public async Task What_is_to_be_delivered_later_is_taken_back_under_each_of_its_names()
    {
        await using var plane = await ControlPlane.StartAsync(new Seams(), Patient);
        var request = Requests.Create("FakeAWS::S3::Bucket", """{"BucketName":"logs"}""");
        var first = await ScheduleAsync(plane, request);
        Assert.Equal(first.MessageId, (await ScheduleAsync(plane, request)).MessageId);
        Assert.Equal(1, Scheduled());

        await RotateAsync(plane);
        var second = await ScheduleAsync(plane, request);
        Assert.Equal((first.Request, 2), (second.Request, Scheduled()));
        Assert.NotEqual(first.MessageId, second.MessageId);

        await plane.Get<OperationDispatch>().WithdrawAsync(first, _cancellation);
        Assert.Equal(1, Scheduled());
        await plane.Get<OperationDispatch>().WithdrawAsync(second, _cancellation);
        Assert.Equal(0, Scheduled());

        long Scheduled() => plane.CountsOf(ControlPlane.RequestQueue).Scheduled;
    }

    private async Task SendAsync(ControlPlane plane, OperationRequest request)
    {
        var now = DateTimeOffset.UtcNow;
        Assert.Null(await plane.Get<OperationDispatch>().SendAsync(Namespace, request, now, now, _cancellation));
    }

    private async Task<ScheduledRequest> ScheduleAsync(ControlPlane plane, OperationRequest request)
    {
        var now = DateTimeOffset.UtcNow;
        var (problem, scheduled) = await plane.Get<OperationDispatch>().SendRevocablyAsync(Namespace, request, now.AddHours(1), now, _cancellation);
        Assert.Null(problem);
        return scheduled!;
    }

    /// <summary>Done when the coordinator signs with the new key.</summary>
    private static async Task RotateAsync(ControlPlane plane)
    {
        var before = plane.Get<MessageKeys>().Signing!.Id;
        plane.RotateKeys();
        await UntilAsync(() => plane.Get<MessageKeys>().Signing!.Id != before);
    }

    private static string Untagged(ServiceBusReceivedMessage message) => message.MessageId.Split('~')[0];
}
