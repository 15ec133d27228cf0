using System.Collections.Concurrent;
using System.Diagnostics;
using Formae.Coordination.Intake;
using Formae.Coordination.Tests.Cluster;
using Formae.Telemetry;

namespace Formae.Coordination.Tests.Observability;

/// <summary>What is recorded of a command in the control plane and its plugin: one tree, whoever did what.</summary>
public sealed class SpanTests
{
    [Fact]
    public async Task A_command_is_one_tree_in_which_every_parent_is_there()
    {
        var spans = new ConcurrentQueue<Activity>();
        using var root = new Activity("test").Start();
        using var listener = Listen(spans, root.TraceId);
        await using var plane = await ControlPlane.StartAsync();
        root.ActivityTraceFlags = ActivityTraceFlags.Recorded;
        ControlPlane.Succeeded(await plane.RunAsync(Document));

        var all = spans.ToArray();
        var ids = all.Select(span => span.SpanId).Append(root.SpanId).ToHashSet();
        Assert.All(all, span => Assert.Contains(span.ParentSpanId, ids));
        var names = all.Select(span => span.DisplayName).ToHashSet();
        Assert.Superset(new HashSet<string>(["plan", "command apply", "store command", "open", "group", "begin create", "send formae-requests-fakeaws", "process create", "handler create", "process formae-reports", "take report", "store resource", "create", "close", "apply"]), names);
        Assert.DoesNotContain(all.SelectMany(span => span.TagObjects), tag => tag.Value?.ToString()?.Contains("only-in-a-property", StringComparison.Ordinal) == true);
        Assert.Equal(2, all.Count(span => span.DisplayName == "create"));
    }

    [Fact]
    public async Task A_command_that_outlives_its_coordinator_is_still_one_tree()
    {
        var spans = new ConcurrentQueue<Activity>();
        using var root = new Activity("test").Start();
        using var listener = Listen(spans, root.TraceId);
        await using var plane = await ControlPlane.StartAsync();
        root.ActivityTraceFlags = ActivityTraceFlags.Recorded;
        plane.Cloud.CloseGate();
        var command = Assert.IsType<IntakeOutcome.Accepted>(await plane.SubmitAsync(Document)).Response.CommandId;
        root.Stop();
        await plane.RestartAsync();
        plane.Cloud.OpenGate();
        ControlPlane.Succeeded(await plane.EndOfAsync(command));

        var ids = spans.Select(span => span.SpanId).Append(root.SpanId).ToHashSet();
        Assert.All(spans, span => Assert.Contains(span.ParentSpanId, ids));
        Assert.Equal(2, spans.Count(span => span.DisplayName == "create"));
        Assert.Single(spans, span => span.DisplayName == "apply");
    }

    [Fact]
    public async Task A_synchronisation_is_a_tree_too()
    {
        await using var plane = await ControlPlane.StartAsync();
        ControlPlane.Succeeded(await plane.RunAsync(Document));
        var spans = new ConcurrentQueue<Activity>();
        using var root = new Activity("test").Start();
        using var listener = Listen(spans, root.TraceId);
        root.ActivityTraceFlags = ActivityTraceFlags.Recorded;
        await plane.SynchronizeAsync();

        var ids = spans.Select(span => span.SpanId).Append(root.SpanId).ToHashSet();
        Assert.All(spans, span => Assert.Contains(span.ParentSpanId, ids));
        Assert.Equal(2, spans.Count(span => span.DisplayName == "handler read"));
        Assert.Superset(new HashSet<string>(["command sync", "read page", "send formae-requests-fakeaws", "take report", "sync"]), spans.Select(span => span.DisplayName).ToHashSet());
    }

    [Fact]
    public async Task Nothing_travels_where_nobody_records()
    {
        await using var plane = await ControlPlane.StartAsync();
        ControlPlane.Succeeded(await plane.RunAsync(Document));
        Assert.All(plane.Sent, request => Assert.Null(request.TraceParent));
    }

    private const string Document = """
        {"Stacks":[{"Label":"web"}],"Targets":[{"Label":"aws","Namespace":"FakeAWS","Config":{}}],"Resources":[
        {"Label":"net","Type":"FakeAWS::EC2::VPC","Stack":"web","Target":"aws","Properties":{"CidrBlock":"10.0.0.0/16"}},
        {"Label":"files","Type":"FakeAWS::S3::Bucket","Stack":"web","Target":"aws","Properties":{"BucketName":"only-in-a-property"}}]}
        """;

    private static ActivityListener Listen(ConcurrentQueue<Activity> spans, ActivityTraceId trace)
    {
        var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == Spans.SourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> options) => options.TraceId == trace ? ActivitySamplingResult.AllDataAndRecorded : ActivitySamplingResult.None,
            ActivityStopped = spans.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        return listener;
    }
}
