using System.Text.Json;
using Formae.Coordination.Storage;
using Formae.Model;

namespace Formae.Coordination.Tests.Storage;

public class TargetStoreTests(StoreFixture fixture) : IClassFixture<StoreFixture>
{
    private readonly CancellationToken _cancellation = TestContext.Current.CancellationToken;

    private TargetStore Targets => new(fixture.Tables);

    [Fact]
    public async Task A_version_is_stored_once_however_often_it_is_said()
    {
        var target = Target("once", "a");

        Assert.True(await Targets.TryPutAsync(target, 0, _cancellation));
        Assert.True(await Targets.TryPutAsync(target, 0, _cancellation));

        Assert.Equal(1, (await Targets.FindAsync("once", _cancellation))!.Version);
    }

    [Fact]
    public async Task What_another_command_stored_meanwhile_is_not_overwritten()
    {
        await Targets.TryPutAsync(Target("raced", "first"), 0, _cancellation);

        Assert.False(await Targets.TryPutAsync(Target("raced", "second"), 0, _cancellation));
        Assert.True(await Targets.TryPutAsync(Target("raced", "third"), 1, _cancellation));

        var stored = (await Targets.FindAsync("raced", _cancellation))!;
        Assert.Equal((2, "third"), (stored.Version, stored.Config!.Value.GetProperty("Region").GetString()));
    }

    [Fact]
    public async Task A_removal_that_comes_late_leaves_the_next_version_alone()
    {
        await Targets.TryPutAsync(Target("late", "a"), 0, _cancellation);
        Assert.True(await Targets.TryRemoveAsync("late", 1, _cancellation));
        Assert.True(await Targets.TryPutAsync(Target("late", "b"), 1, _cancellation));

        Assert.False(await Targets.TryRemoveAsync("late", 1, _cancellation));

        Assert.NotNull(await Targets.FindAsync("late", _cancellation));
        Assert.True(await Targets.TryRemoveAsync("late", 2, _cancellation));
        Assert.True(await Targets.TryRemoveAsync("late", 2, _cancellation));
    }

    private static Target Target(string label, string region) => new() { Label = label, Namespace = "A", Config = JsonElement.Parse($$"""{"Region":"{{region}}"}""") };
}
