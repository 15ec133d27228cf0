using Formae.Coordination.Intake;
using Formae.Coordination.Storage;
using Formae.Coordination.Tests.Cluster;
using Formae.Engine.Planning;
using Formae.Protocol.Http;

namespace Formae.Coordination.Tests.Acceptance;

/// <summary>What waits for what, as the plugin sees it: nothing begins before all that it waits for is done, and nothing waits for anything else.</summary>
public sealed class OrderTests : IAsyncLifetime
{
    private const string Chain = "a:; b:Needs=a; c:Needs=b";

    private readonly Workshop _workshop = new();
    private ControlPlane _plane = null!;

    public async ValueTask InitializeAsync() => _plane = await ControlPlane.StartAsync(new Seams { Define = _workshop.Define });

    public ValueTask DisposeAsync() => _plane.DisposeAsync();

    [Fact]
    public async Task F087_a_consumer_begins_only_when_its_producer_is_done()
    {
        await ApplyAsync(Chain);

        _workshop.InOrder("create a", "create b", "create c");
    }

    [Fact]
    public async Task F087_a_consumer_of_a_producer_that_failed_never_begins()
    {
        _plane.Cloud.Inject(new Plugins.FakeAws.Injection { ResourceType = "FakeAWS::S3::Bucket", Code = "AccessDenied", Count = 0 });
        var document = Document("b:Needs=$bucket; other:") + """
              - { Label: bucket, Type: "FakeAWS::S3::Bucket", Stack: s, Target: eu, Properties: { BucketName: bucket } }
            """;

        var command = await _plane.RunAsync(document);

        Assert.Equal(States.Failed, command.State);
        Assert.Equal(["create other", "create other."], _workshop.Notes);
    }

    [Fact]
    public async Task F087_an_update_of_both_changes_the_producer_first()
    {
        await ApplyAsync("a:; b:Needs=a");
        _workshop.Forget();

        await ApplyAsync("a:,Size=2; b:Needs=a,Size=2");

        _workshop.InOrder("update a", "update b");
    }

    [Fact]
    public async Task F088_a_producer_is_deleted_only_when_its_consumers_are_gone()
    {
        await ApplyAsync(Chain);

        await DestroyAsync(Chain);

        _workshop.InOrder("delete c", "delete b", "delete a");
        Assert.Empty(_workshop.Live);
    }

    [Fact]
    public async Task F089_an_attachment_is_made_after_and_deleted_after_what_it_is_attached_to()
    {
        const string Attached = "net:; range:AttachedTo=net";
        await ApplyAsync(Attached);
        _workshop.InOrder("create net", "create range");

        await DestroyAsync(Attached);

        _workshop.InOrder("delete net", "delete range");
    }

    [Fact]
    public async Task F090_what_runs_on_something_waits_for_what_that_contains_and_goes_before_it()
    {
        const string Cluster = "function:RunsOn=cluster; cluster:; pool1/cluster; pool2/cluster";
        await ApplyAsync(Cluster);
        _workshop.InOrder("create cluster", "create pool1", "create function");
        _workshop.InOrder("create cluster", "create pool2", "create function");

        await DestroyAsync(Cluster);

        _workshop.InOrder("delete function", "delete pool1", "delete cluster");
        _workshop.InOrder("delete function", "delete pool2", "delete cluster");
    }

    [Fact]
    public async Task F090_a_new_part_of_what_it_runs_on_is_waited_for_too()
    {
        await ApplyAsync("function:RunsOn=cluster; cluster:; pool1/cluster");
        _workshop.Forget();

        await ApplyAsync("function:RunsOn=cluster,Size=2; cluster:; pool1/cluster; pool2/cluster");

        _workshop.InOrder("create pool2", "update function");
    }

    [Fact]
    public async Task F091_a_circle_is_refused_and_nothing_is_stored()
    {
        var refused = Assert.IsType<IntakeOutcome.Refused>(await _plane.SubmitAsync(Document("a:Needs=c; b:Needs=a; c:Needs=b; d:")));

        Assert.Equal((400, ErrorCodes.CyclesDetected), (refused.Status, refused.Error.Error));
        Assert.Empty(_workshop.Notes);
        Assert.Empty(await _plane.InventoryAsync());
        Assert.Empty(await _plane.Get<StackStore>().ListAsync(CancellationToken.None));
        Assert.Empty(await _plane.Get<CommandStore>().OpenAsync(CancellationToken.None));
        await ApplyAsync("a:; b:Needs=a");
    }

    [Fact]
    public async Task F092_what_does_not_wait_for_each_other_overlaps_in_time()
    {
        _workshop.Meeting = new Meeting(3);

        await ApplyAsync("a:; b:; c:");

        Assert.Equal(["create a", "create b", "create c"], _workshop.Notes.Take(3).Order());
    }

    [Fact]
    public async Task F092_two_branches_of_one_tree_overlap_in_time()
    {
        await ApplyAsync("root:");
        _workshop.Meeting = new Meeting(2);

        await ApplyAsync("root:; left:Needs=root; right:Needs=root");

        Assert.Equal(2, _workshop.Notes.Count(note => note is "create left." or "create right."));
    }

    [Fact]
    public async Task F212_hundreds_of_short_chains_keep_their_order_in_both_directions()
    {
        // As in the stress mix: something at the top, what is in it, what needs that, what is attached to it, and much that stands alone.
        var parts = string.Join("; ", Enumerable.Range(0, 100).Select(number => $"vpc{number}:; subnet{number}/vpc{number}; machine{number}:RunsOn=vpc{number}; disk{number}:Needs=machine{number}; range{number}:AttachedTo=vpc{number}; alone{number}:"));

        await ApplyAsync(parts);
        for (var number = 0; number < 100; number++)
        {
            _workshop.InOrder($"create vpc{number}", $"create subnet{number}", $"create machine{number}", $"create disk{number}");
            _workshop.InOrder($"create vpc{number}", $"create range{number}");
        }

        await DestroyAsync(parts);
        for (var number = 0; number < 100; number++)
        {
            _workshop.InOrder($"delete disk{number}", $"delete machine{number}", $"delete subnet{number}", $"delete vpc{number}");
            _workshop.InOrder($"delete vpc{number}", $"delete range{number}");
        }
    }

    [Fact]
    public async Task Twenty_commands_on_twenty_stacks_at_once_lose_nothing_to_one_another()
    {
        string Of(int stack) => Document(string.Join("; ", Enumerable.Range(0, 10).Select(number => $"s{stack}p{number}:; s{stack}q{number}:Needs=s{stack}p{number}"))).Replace("Stack: s,", $"Stack: s{stack},", StringComparison.Ordinal)
            .Replace("$stack: s,", $"$stack: s{stack},", StringComparison.Ordinal).Replace("Label: s }", $"Label: s{stack} }}", StringComparison.Ordinal);

        var commands = await Task.WhenAll(Enumerable.Range(0, 20).Select(stack => _plane.RunAsync(Of(stack))));

        Assert.All(commands, ControlPlane.Succeeded);
        Assert.All(commands, command => Assert.Equal(20, command.ResourceUpdates!.Count));
        Assert.Equal(400, (await _plane.InventoryAsync()).Select(resource => resource.NativeId).Distinct().Count());
        Assert.Equal(400, _workshop.Live.Count);
        Assert.Equal(800, _workshop.Notes.Distinct().Count());
        Assert.All(Enumerable.Range(0, 20), stack => _workshop.InOrder($"create s{stack}p9", $"create s{stack}q9"));
        for (var stack = 0; stack < 20; stack++)
            Assert.Null(await _plane.Get<StackStore>().TakeLeaseAsync($"s{stack}", "free again", _ => Task.FromResult<bool?>(true), CancellationToken.None));
    }

    [Fact]
    public async Task What_is_on_a_target_that_is_made_from_a_resource_waits_for_both_and_goes_before_both()
    {
        const string Nested = "cluster:; inside@k8s";
        const string Targets = """
              - { Label: k8s, Namespace: FakeAWS, Config: { Region: { $res: true, $label: cluster, $type: "FakeAWS::Test::Part", $stack: s, $property: Id } } }
            """;
        await ApplyAsync(Nested, Targets);
        _workshop.InOrder("create cluster", "create inside");

        await DestroyAsync(Nested, Targets);

        _workshop.InOrder("delete inside", "delete cluster");
        Assert.DoesNotContain(await _plane.Get<TargetStore>().ListAsync(CancellationToken.None), target => target.Label == "k8s");
    }

    [Fact]
    public async Task A_consumer_that_can_be_changed_is_pointed_at_the_new_object_of_a_replace()
    {
        await ApplyAsync("a:Name=old; b:Needs=a");
        _workshop.Forget();

        await ApplyAsync("a:Name=new; b:Needs=a");

        _workshop.InOrder("delete a", "create a", "update b");
    }

    [Fact]
    public async Task A_consumer_that_cannot_be_changed_goes_before_the_old_object_of_a_replace_and_comes_after_the_new_one()
    {
        await ApplyAsync("a:Name=old; b:MadeFrom=a");
        _workshop.Forget();

        await ApplyAsync("a:Name=new; b:MadeFrom=a");

        _workshop.InOrder("delete b", "delete a", "create a", "create b");
    }

    private async Task ApplyAsync(string parts, string targets = "") => ControlPlane.Succeeded(await _plane.RunAsync(Document(parts, targets)));

    private async Task DestroyAsync(string parts, string targets = "")
    {
        _workshop.Forget();
        ControlPlane.Succeeded(await _plane.RunAsync(Document(parts, targets), CommandKind.Destroy, onDependents: OnDependents.Cascade));
    }

    /// <summary><c>label:Field=part,Field=value</c> for a part, <c>label/part</c> for a piece of it, <c>label@target</c> for one elsewhere.</summary>
    private static string Document(string parts, string targets = "") => $$"""
        Stacks: [{ Label: s }]
        Targets:
          - { Label: eu, Namespace: FakeAWS, Config: { Region: eu-1 } }
        {{targets.TrimEnd()}}
        Resources:
        {{string.Join('\n', parts.Split("; ").Select(Resource))}}

        """;

    private static string Resource(string part)
    {
        if (part.Split('/') is [var child, var parent])
            return $$"""  - { Label: {{child}}, Type: "FakeAWS::Test::Piece", Stack: s, Target: eu, Properties: { Name: {{child}}, PartId: {{Reference(parent, "Part", "Id")}} } }""";
        if (part.Split('@') is [var moved, var target])
            return $$"""  - { Label: {{moved}}, Type: "FakeAWS::Test::Part", Stack: s, Target: {{target}}, Properties: { Name: {{moved}} } }""";
        var (label, rest) = part.Split(':') is [var before, var after] ? (before, after) : throw new ArgumentException(part);
        var fields = rest.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(field => field.Split('=')).Select(field => field switch
        {
            ["Size" or "Name", _] => $"{field[0]}: '{field[1]}'",
            [_, "$bucket"] => $$"""{{field[0]}}: { $res: true, $label: bucket, $type: "FakeAWS::S3::Bucket", $stack: s, $property: Arn }""",
            _ => $"{field[0]}: {Reference(field[1], "Part", "Id")}",
        }).ToList();
        if (!fields.Exists(field => field.StartsWith("Name:", StringComparison.Ordinal)))
            fields.Add($"Name: {label}");
        return $$"""  - { Label: {{label}}, Type: "FakeAWS::Test::Part", Stack: s, Target: eu, Properties: { {{string.Join(", ", fields)}} } }""";
    }

    private static string Reference(string label, string kind, string property) => $$"""{ $res: true, $label: {{label}}, $type: "FakeAWS::Test::{{kind}}", $stack: s, $property: {{property}} }""";
}
