using Formae.Coordination.Storage;
using Formae.Model;

namespace Formae.Coordination.Tests.Storage;

public class StackStoreTests(StoreFixture fixture) : IClassFixture<StoreFixture>
{
    private readonly CancellationToken _cancellation = TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_lease_is_held_by_one_command_at_a_time()
    {
        var store = new StackStore(fixture.Tables, TimeProvider.System);

        Assert.Null(await store.TakeLeaseAsync("a", "one", NeverOver, _cancellation));
        Assert.Equal("one", await store.TakeLeaseAsync("a", "two", NeverOver, _cancellation));
        await store.ReleaseLeaseAsync("a", "one", _cancellation);
        Assert.Null(await store.TakeLeaseAsync("a", "two", NeverOver, _cancellation));
    }

    [Fact]
    public async Task Of_many_who_race_for_a_lease_exactly_one_gets_it()
    {
        var store = new StackStore(fixture.Tables, TimeProvider.System);

        var holders = await Task.WhenAll(Enumerable.Range(0, 20).Select(number => Task.Run(() => store.TakeLeaseAsync("race", $"c{number}", NeverOver, _cancellation))));

        Assert.Single(holders, holder => holder is null);
        Assert.Single(holders.OfType<string>().Distinct(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Giving_back_what_another_holds_changes_nothing()
    {
        var store = new StackStore(fixture.Tables, TimeProvider.System);
        await store.TakeLeaseAsync("b", "one", NeverOver, _cancellation);

        await store.ReleaseLeaseAsync("b", "two", _cancellation);

        Assert.Equal("one", await store.TakeLeaseAsync("b", "three", NeverOver, _cancellation));
    }

    [Fact]
    public async Task The_lease_of_a_command_that_is_over_is_taken_over()
    {
        var store = new StackStore(fixture.Tables, TimeProvider.System);
        await store.TakeLeaseAsync("c", "one", NeverOver, _cancellation);

        Assert.Null(await store.TakeLeaseAsync("c", "two", _ => Task.FromResult<bool?>(true), _cancellation));
    }

    [Fact]
    public async Task The_lease_of_a_command_that_was_never_stored_is_taken_over_after_a_while_only()
    {
        await using var storage = await AgingTables.CreateAsync();
        var store = new StackStore(storage.Tables, TimeProvider.System);
        await store.TakeLeaseAsync("d", "one", NeverOver, _cancellation);

        Assert.Equal("one", await store.TakeLeaseAsync("d", "two", NeverStored, _cancellation));
        storage.Age(TimeSpan.FromMinutes(2));
        Assert.Null(await store.TakeLeaseAsync("d", "two", NeverStored, _cancellation));
    }

    [Theory]
    [InlineData(5, -5)]
    [InlineData(-5, 5)]
    [InlineData(0, 60 * 24)]
    public async Task Coordinators_whose_clocks_are_minutes_apart_agree_on_when_a_lease_is_abandoned(int holder, int taker)
    {
        await using var storage = await AgingTables.CreateAsync();
        var one = new StackStore(storage.Tables, new Later(TimeSpan.FromMinutes(holder)));
        var other = new StackStore(storage.Tables, new Later(TimeSpan.FromMinutes(taker)));
        await one.TakeLeaseAsync("skew", "one", NeverOver, _cancellation);

        Assert.Equal("one", await other.TakeLeaseAsync("skew", "two", NeverStored, _cancellation));
        storage.Age(TimeSpan.FromSeconds(50));
        Assert.Equal("one", await other.TakeLeaseAsync("skew", "two", NeverStored, _cancellation));
        storage.Age(TimeSpan.FromSeconds(20));
        Assert.Null(await other.TakeLeaseAsync("skew", "two", NeverStored, _cancellation));
        Assert.False(await one.ConfirmLeaseAsync("skew", "one", _cancellation));
    }

    [Fact]
    public async Task A_slow_intake_that_has_begun_meanwhile_keeps_the_lease_that_another_was_about_to_take()
    {
        await using var storage = await AgingTables.CreateAsync();
        var store = new StackStore(storage.Tables, TimeProvider.System);
        await store.TakeLeaseAsync("slow", "one", NeverOver, _cancellation);
        storage.Age(TimeSpan.FromMinutes(2));

        // It is judged to be dead, and comes to life before the lease is taken from it.
        var judged = 0;
        var holder = await store.TakeLeaseAsync("slow", "two", async _ =>
        {
            if (judged++ > 0)
                return false;
            Assert.True(await store.ConfirmLeaseAsync("slow", "one", _cancellation));
            return null;
        }, _cancellation);

        Assert.Equal(("one", 2), (holder, judged));
        Assert.True(await store.IsLeasedByAsync("slow", "one", _cancellation));
    }

    [Fact]
    public async Task A_leased_label_is_no_stack_until_it_is_stored_and_none_after_it_is_removed()
    {
        var store = new StackStore(fixture.Tables, TimeProvider.System);
        await store.TakeLeaseAsync("e", "one", NeverOver, _cancellation);
        Assert.Null(await store.FindAsync("e", _cancellation));

        await store.PutAsync(new Stack { Label = "e", Id = fixture.Ksuids.Next(), Description = "text" }, _cancellation);
        Assert.Equal("text", (await store.FindAsync("e", _cancellation))!.Description);

        await store.RemoveAsync("e", "another", _cancellation);
        Assert.NotNull(await store.FindAsync("e", _cancellation));
        await store.RemoveAsync("e", "one", _cancellation);
        Assert.Null(await store.FindAsync("e", _cancellation));
        Assert.Equal("one", await store.TakeLeaseAsync("e", "two", NeverOver, _cancellation));
    }

    [Fact]
    public async Task A_stack_keeps_its_id_its_first_time_and_its_policies_until_it_is_removed()
    {
        var store = new StackStore(fixture.Tables, TimeProvider.System);
        await store.TakeLeaseAsync("f", "one", NeverOver, _cancellation);
        await store.PutAsync(new Stack { Label = "f", Id = "first" }, _cancellation);
        await store.SetPoliciesAsync("f", _ => [Policies.ReferenceTo("day")], _cancellation);
        var first = (await store.FindAsync("f", _cancellation))!;

        await store.PutAsync(new Stack { Label = "f", Id = "second", Description = "text", CreatedAt = DateTimeOffset.UnixEpoch }, _cancellation);

        var second = (await store.FindAsync("f", _cancellation))!;
        Assert.Equal(("first", first.CreatedAt, "text"), (second.Id, second.CreatedAt, second.Description));
        Assert.Equal(["day"], Policies.ReferencedBy(second));
        await store.RemoveAsync("f", "one", _cancellation);
        await store.SetPoliciesAsync("f", _ => [Policies.ReferenceTo("night")], _cancellation);
        Assert.Null(await store.FindAsync("f", _cancellation));
        await store.PutAsync(new Stack { Label = "f", Id = "third" }, _cancellation);
        var third = (await store.FindAsync("f", _cancellation))!;
        Assert.Equal("third", third.Id);
        Assert.Null(third.Policies);
    }

    private static Task<bool?> NeverOver(string command) => Task.FromResult<bool?>(false);

    private static Task<bool?> NeverStored(string command) => Task.FromResult<bool?>(null);

    private sealed class Later(TimeSpan by) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + by;
    }
}
