using Formae.Plugins.AzureResources.Arm;
using Formae.Sdk.Testing;

namespace Formae.Plugins.AzureResources.Tests;

public sealed class TurnsTests
{
    private const string Network = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/net";

    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void Those_of_one_network_come_one_after_another_and_others_are_not_kept_waiting()
    {
        var turns = new Turns(_time);

        for (var place = 1; place <= 5; place++)
            IsAbout(10 * place, 10, turns.Take($"{Network}/subnets/number{place}", 1));
        IsAbout(60, 10, turns.Take(Network.ToUpperInvariant(), 1));
        IsAbout(10, 10, turns.Take($"{Network}2/subnets/a", 1));

        _time.Advance(TimeSpan.FromSeconds(45));
        IsAbout(25, 10, turns.Take($"{Network}/subnets/late", 1));
        _time.Advance(TimeSpan.FromHours(1));
        IsAbout(10, 10, turns.Take($"{Network}/subnets/later", 1));
    }

    [Fact]
    public void Who_was_turned_away_often_waits_longer_but_nobody_for_ever()
    {
        var turns = new Turns(_time);

        foreach (var (attempt, wait) in ((int, int)[])[(0, 10), (1, 10), (2, 20), (6, 60), (11, 60)])
            IsAbout(wait, wait, turns.Take($"{Network}{attempt}-{wait}", attempt));
        for (var i = 0; i < 100; i++)
            Assert.InRange(turns.Take(Network, 11), TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(600 + 15));
    }

    [Theory]
    [InlineData($"{Network}/subnets/a", Network)]
    [InlineData(Network, Network)]
    [InlineData($"{Network}/providers/Microsoft.Authorization/locks/a", Network)]
    [InlineData("/subscriptions/s/resourceGroups/g", "/subscriptions/s/resourceGroups/g")]
    public void What_is_part_of_a_resource_waits_for_it(string id, string root) => Assert.Equal(root, Turns.RootOf(id));

    private static void IsAbout(int seconds, int turn, TimeSpan wait) => Assert.InRange(wait, TimeSpan.FromSeconds(seconds), TimeSpan.FromSeconds(seconds + turn / 4.0));
}
