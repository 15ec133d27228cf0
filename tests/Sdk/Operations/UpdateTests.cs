using Formae.Model;
using Formae.Protocol.Bus;
using Formae.Sdk.Testing;

namespace Formae.Sdk.Tests.Operations;

public sealed class UpdateTests
{
    private const string Type = "Test::Box::Box";

    private readonly BoxHandler _boxes = new();
    private int _updates;
    private Box? _live = new() { Name = "a", Size = 1, Secret = "s", Arn = "arn" };

    public UpdateTests()
    {
        _boxes.Read = (_, _) => Task.FromResult<ReadResult<Box>>(_live is { } box ? new ReadResult<Box>.Success(box) : Problems.NotFound("gone"));
        _boxes.Update = (request, _) =>
        {
            _updates++;
            return Task.FromResult<UpdateResult<Box>>(new UpdateResult<Box>.Success(_live = request.Desired));
        };
    }

    [Fact]
    public async Task What_still_holds_is_changed()
    {
        var report = await RunAsync("""{"Name":"a","Size":2}""", Stored(size: 1));
        Assert.Equal((OperationStatus.Success, 1), (report.Status, _updates));
    }

    [Fact]
    public async Task What_drifted_is_reported_and_not_changed()
    {
        var report = await RunAsync("""{"Name":"a","Size":3}""", Stored(size: 2));
        Assert.Equal((OperationStatus.Drifted, 0), (report.Status, _updates));
        Assert.Equal(1, report.Properties!.Value.GetProperty("Size").GetInt32());
    }

    [Fact]
    public async Task A_secret_that_drifted_is_seen_by_its_digest()
    {
        _live = _live! with { Secret = "changed behind everybody's back" };
        Assert.Equal(OperationStatus.Drifted, (await RunAsync("""{"Name":"a","Size":2}""", Stored(size: 1))).Status);
    }

    [Fact]
    public async Task An_output_that_differs_is_no_drift()
    {
        _live = _live! with { Arn = "another" };
        Assert.Equal(OperationStatus.Success, (await RunAsync("""{"Name":"a","Size":2}""", Stored(size: 1))).Status);
    }

    [Fact]
    public async Task The_change_of_an_earlier_delivery_is_no_drift()
    {
        _live = _live! with { Size = 2 };
        var report = await RunAsync("""{"Name":"a","Size":2}""", Stored(size: 1));
        Assert.Equal((OperationStatus.Success, 0), (report.Status, _updates));
    }

    [Fact]
    public async Task A_change_of_something_else_is_drift_even_when_what_is_wanted_is_there()
    {
        _live = _live! with { Part = new BoxPart { Id = "put there by hand" } };
        Assert.Equal(OperationStatus.Drifted, (await RunAsync("""{"Name":"a","Size":1}""", Stored(size: 1))).Status);
    }

    [Fact]
    public async Task An_update_that_died_half_way_goes_on_when_it_comes_again()
    {
        _live = _live! with { Size = 2 };
        var report = await RunAsync("""{"Name":"a","Size":2,"Part":{"Id":"p"}}""", Stored(size: 1), Doubt.Unheard);
        Assert.Equal((OperationStatus.Success, 1), (report.Status, _updates));
        Assert.Equal("p", _live!.Part!.Id);
    }

    [Fact]
    public async Task Nobody_but_an_update_that_comes_again_takes_a_half_done_change_for_its_own()
    {
        _live = _live! with { Size = 2 };
        Assert.Equal((OperationStatus.Drifted, 0), ((await RunAsync("""{"Name":"a","Size":2,"Part":{"Id":"p"}}""", Stored(size: 1))).Status, _updates));
    }

    [Fact]
    public async Task A_value_that_is_neither_the_old_nor_the_new_one_is_drift_even_when_the_update_comes_again()
    {
        _live = _live! with { Size = 2, Part = new BoxPart { Id = "put there by hand" } };
        Assert.Equal((OperationStatus.Drifted, 0), ((await RunAsync("""{"Name":"a","Size":2,"Part":{"Id":"p"}}""", Stored(size: 1), Doubt.Unheard)).Status, _updates));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task With_an_empty_patch_it_is_read_and_not_changed(int attempt)
    {
        await using var plugin = _boxes.Start();

        var report = await plugin.ExecuteAsync(Requests.Update(Type, "box-1", """{"Name":"a","Size":1}""", attempt == 1 ? Stored(size: 1) : null) with { Patch = Requests.Json("[]") });

        Assert.Equal((OperationStatus.Success, "box-1", 0), (report.Status, report.NativeId, _updates));
        Assert.Equal(1, report.Properties!.Value.GetProperty("Size").GetInt32());
    }

    [Fact]
    public async Task With_an_empty_patch_what_drifted_is_reported_all_the_same()
    {
        await using var plugin = _boxes.Start();

        var report = await plugin.ExecuteAsync(Requests.Update(Type, "box-1", """{"Name":"a","Size":2}""", Stored(size: 2)) with { Patch = Requests.Json("[]") });

        Assert.Equal((OperationStatus.Drifted, 0), (report.Status, _updates));
    }

    [Fact]
    public async Task What_is_gone_cannot_be_changed()
    {
        _live = null;
        var report = await RunAsync("""{"Name":"a","Size":2}""", Stored(size: 1));
        Assert.Equal((OperationStatus.Failure, ProblemCodes.NotFound, 0), (report.Status, report.Problem!.Code, _updates));
    }

    [Fact]
    public async Task Without_an_expectation_nobody_looks_before()
    {
        _boxes.Read = (_, _) => throw new InvalidOperationException("A read that nobody asked for.");
        Assert.Equal(OperationStatus.Success, (await RunAsync("""{"Name":"a","Size":2}""", null)).Status);
    }

    private static object Stored(int size) => SecretValues.Hashed(Requests.Json($$"""{"Name":"a","Size":{{size}},"Secret":"s"}"""), SchemaGenerator.Generate<Box>());

    private async Task<OperationReport> RunAsync(string desired, object? expected, Doubt doubt = Doubt.None)
    {
        await using var plugin = _boxes.Start();
        return await plugin.ExecuteAsync(Requests.Update(Type, "box-1", desired, expected) with { Doubt = doubt });
    }
}
