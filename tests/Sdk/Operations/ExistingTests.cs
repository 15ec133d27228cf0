using Formae.Model;
using Formae.Protocol.Bus;
using Formae.Sdk.Testing;

namespace Formae.Sdk.Tests.Operations;

/// <summary>Creates that come again, and what they find.</summary>
public sealed class ExistingTests
{
    private const string Type = "Test::Box::Box";
    private static readonly Box Wanted = new() { Name = "a", Size = 3 };

    private readonly FakeTimeProvider _time = new();
    private int _creates;

    [Theory]
    [InlineData(Doubt.None, 1, false)]
    [InlineData(Doubt.Leftover, 1, false)]
    [InlineData(Doubt.Unheard, 1, true)]
    [InlineData(Doubt.None, 2, true)]
    public async Task A_create_of_which_nobody_heard_looks_first(Doubt doubt, int delivery, bool looks)
    {
        var finder = Finder(new FindResult<Box>.Found("box-7", Wanted with { Arn = "arn:7" }));

        var report = await RunAsync(finder, doubt, delivery);

        Assert.Equal((OperationStatus.Success, looks ? "box-7" : "box-1", looks), (report.Status, report.NativeId, report.WasThere));
        Assert.Equal(looks ? 0 : 1, _creates);
        Assert.Equal(looks ? 1 : 0, finder.Asked);
    }

    [Fact]
    public async Task What_is_not_there_or_is_something_else_is_created()
    {
        Assert.Equal("box-1", (await RunAsync(Finder(new FindResult<Box>.NotThere()), Doubt.Unheard)).NativeId);
        Assert.Equal("box-1", (await RunAsync(Finder(new FindResult<Box>.Found("box-7", Wanted with { Size = 4 })), Doubt.Unheard)).NativeId);
        Assert.Equal(2, _creates);
    }

    [Fact]
    public async Task Where_it_cannot_be_told_nothing_is_created()
    {
        var report = await RunAsync(Finder(Problems.Throttled("slow")), Doubt.Unheard);

        Assert.Equal((OperationStatus.Failure, ProblemCodes.Throttling), (report.Status, report.Problem!.Code));
        Assert.Equal(0, _creates);
    }

    [Fact]
    public async Task A_repeated_create_that_is_told_of_an_object_takes_what_it_was_to_make()
    {
        var finder = Finder(new FindResult<Box>.Found("box-7", Wanted));
        finder.Create = (_, _) => Task.FromResult<CreateResult<Box>>(Problems.AlreadyExists("taken"));

        Assert.Equal("box-7", (await RunAsync(finder, Doubt.Leftover)).NativeId);
        Assert.Equal("taken", (await RunAsync(finder, Doubt.None)).Problem!.Message);
    }

    [Fact]
    public async Task Without_the_ability_the_identifier_is_read_and_else_the_failure_says_why_it_stands()
    {
        var boxes = new BoxHandler { Create = (_, _) => Task.FromResult<CreateResult<Box>>(Problems.AlreadyExists("taken")) };
        Assert.Contains("it is not to be found", (await RunAsync(boxes, Doubt.Unheard)).Problem!.Message, StringComparison.Ordinal);

        boxes.Read = (request, _) => Task.FromResult<ReadResult<Box>>(request.NativeId == "a" ? new ReadResult<Box>.Success(Wanted) : Problems.NotFound("no box"));
        Assert.Equal("a", (await RunAsync(boxes, Doubt.Unheard)).NativeId);

        boxes.Read = (_, _) => Task.FromResult<ReadResult<Box>>(new ReadResult<Box>.Success(Wanted with { Size = 4 }));
        Assert.Contains("somebody else's", (await RunAsync(boxes, Doubt.Unheard)).Problem!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_create_has_made_before_its_deadline_is_found_after_it()
    {
        var finder = Finder(new FindResult<Box>.Found("box-7", Wanted));
        finder.Create = async (_, token) =>
        {
            await Task.Delay(Timeout.Infinite, token);
            throw new InvalidOperationException("It never gets here.");
        };
        await using var plugin = finder.Start(_time);

        var running = plugin.ExecuteAsync(Requests.Create(Type, BoxHandler.Json(Wanted)) with { Timeout = TimeSpan.FromSeconds(10) });
        _time.Advance(TimeSpan.FromSeconds(10));

        var report = await running.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal((OperationStatus.Success, "box-7", true), (report.Status, report.NativeId, report.WasThere));
    }

    [Fact]
    public async Task A_poll_that_could_not_ask_is_told_from_an_operation_that_failed()
    {
        var boxes = new BoxHandler { Status = (_, _) => Task.FromResult<StatusResult<Box>>(new StatusResult<Box>.Unanswered(Problems.Throttled("slow"))) };
        await using var plugin = boxes.Start(_time);
        Assert.True((await plugin.ExecuteAsync(Requests.Status(Type, "r"))).CallFailed);

        boxes.Status = (_, _) => Task.FromResult<StatusResult<Box>>(Problems.Throttled("slow"));
        Assert.False((await plugin.ExecuteAsync(Requests.Status(Type, "r"))).CallFailed);

        boxes.Status = (_, _) => throw new InvalidOperationException("boom");
        Assert.True((await plugin.ExecuteAsync(Requests.Status(Type, "r"))).CallFailed);
    }

    [Fact]
    public async Task A_message_of_progress_says_no_secret_and_a_patch_holds_no_seal()
    {
        var boxes = new BoxHandler();
        await using var plugin = boxes.Start(_time);
        var secret = plugin.Seal.Seal(System.Text.Json.JsonElement.Parse("\"planted-secret\""));
        var patch = $$"""[{"op":"replace","path":"/Secret","value":{{secret.GetRawText()}}}]""";
        string? seen = null;
        boxes.Update = (request, _) =>
        {
            seen = request.Patch?.GetRawText();
            return Task.FromResult<UpdateResult<Box>>(new UpdateResult<Box>.InProgress("r") { Message = $"setting {request.Desired.Secret}" });
        };

        var report = await plugin.ExecuteAsync(Requests.Update(Type, "box-1", $$"""{"Name":"a","Secret":{{secret.GetRawText()}}}""") with { Patch = System.Text.Json.JsonElement.Parse(patch) });

        Assert.Equal("setting ***", report.Message);
        Assert.Equal("""[{"op":"replace","path":"/Secret","value":"planted-secret"}]""", seen);
    }

    private FindingHandler Finder(FindResult<Box> result)
    {
        var finder = new FindingHandler(result);
        var create = finder.Create;
        finder.Create = (request, token) =>
        {
            _creates++;
            return create(request, token);
        };
        return finder;
    }

    private async Task<OperationReport> RunAsync(BoxHandler handler, Doubt doubt, int delivery = 1)
    {
        await using var plugin = handler.Start(_time);
        return await plugin.Operator.ExecuteAsync(Requests.Create(Type, BoxHandler.Json(Wanted)) with { Doubt = doubt }, delivery, CancellationToken.None);
    }
}

/// <summary>Boxes that can be found.</summary>
internal sealed class FindingHandler(FindResult<Box> result) : BoxHandler, IFindExisting<Box>
{
    public int Asked { get; private set; }

    public Task<FindResult<Box>> FindExistingAsync(CreateRequest<Box> request, CancellationToken cancellationToken)
    {
        Asked++;
        return Task.FromResult(result);
    }

    protected override void Add(PluginDefinition plugin)
    {
        plugin.Services.Add(new(typeof(FindingHandler), this));
        plugin.AddResource<Box, FindingHandler>();
    }
}
