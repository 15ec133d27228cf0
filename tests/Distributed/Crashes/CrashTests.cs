using System.Globalization;
using System.Text;
using Azure.Messaging.ServiceBus;
using Formae.Client;
using Formae.Protocol.Bus;

namespace Formae.Distributed.Tests;

/// <summary>
/// kill -9 at random moments while a command runs. <c>FORMAE_TEST_SEED</c> replays the choices of a run, <c>FORMAE_TEST_ROUNDS</c> asks for more rounds.
/// </summary>
[Collection(OneSystem.Collection)]
public sealed class CrashTests
{
    private const int Resources = 150;

    // A process that ends more than five times in ten minutes is given up, rightly.
    private const int KillsEach = 3;
    private const int KillsInARound = 6;

    private static readonly string[] Victims = ["coordinator", "bus", "fakeaws", "local"];

    [Fact]
    public async Task Whoever_is_killed_everything_is_made_exactly_once()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Finds the processes as Linux tells them.");
        var seed = int.TryParse(Environment.GetEnvironmentVariable("FORMAE_TEST_SEED"), CultureInfo.InvariantCulture, out var given) ? given : Random.Shared.Next();
        var rounds = int.TryParse(Environment.GetEnvironmentVariable("FORMAE_TEST_ROUNDS"), CultureInfo.InvariantCulture, out var asked) ? asked : 1;
        for (var round = 0; round < rounds; round++)
        {
            var diary = new StringBuilder($"FORMAE_TEST_SEED={seed}, round {round}:");
            try
            {
                await RoundAsync(new Random(seed + round), diary);
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"{diary}{Environment.NewLine}{e.Message}", e);
            }
        }
    }

    private static async Task RoundAsync(Random random, StringBuilder diary)
    {
        using var folder = new TempFolder();
        await using var plane = await ControlPlane.StartAsync(folder.File("data"));
        var document = BigDocument.Of("crashes", Resources, folder.File("files"));
        var command = (await plane.SubmitAsync(document)).CommandId;

        var left = Victims.ToDictionary(victim => victim, _ => KillsEach);
        for (var kill = 0; kill < KillsInARound; kill++)
        {
            var pause = random.Next(20, 900);
            var choice = left.Where(one => one.Value > 0).Select(one => one.Key).Order(StringComparer.Ordinal).ToArray();
            var victim = choice[random.Next(choice.Length)];
            left[victim]--;
            diary.Append(CultureInfo.InvariantCulture, $" {pause} ms, {victim};");

            // The moment is the point of the test: any will do.
            await Task.Delay(pause, TestContext.Current.CancellationToken);
            await Wait.UntilAsync($"a running {victim} to kill", ControlPlane.Patience, () => plane.Children.TryGetValue(victim, out var id) && Kill(id), () => plane.LastLines);
        }

        await plane.SuccessOfAsync(command, TimeSpan.FromSeconds(90));
        await EverythingIsThereOnceAsync(plane, document, Resources);
        await NoMessageIsDeadAsync(plane);
        await plane.RunCommandAsync(document, SubmitKind.Destroy);
        Assert.Empty(await plane.InventoryAsync());
        Assert.Empty(await plane.Cloud.ObjectsAsync());
    }

    /// <summary>Nothing is missing, double or left over, and nobody holds a lease.</summary>
    internal static async Task EverythingIsThereOnceAsync(ControlPlane plane, string document, int count)
    {
        var inventory = await plane.InventoryAsync();
        Assert.Equal(count, inventory.Count);
        Assert.Equal(count, inventory.Select(resource => resource.Key).Distinct().Count());
        Assert.Equal(count, inventory.Select(resource => (resource.Namespace, resource.NativeId)).Distinct().Count());
        var cloud = await Wait.ForAsync("an answer of the cloud", ControlPlane.Patience, async () => await plane.Cloud.ObjectsAsync());
        Assert.Equal(
            inventory.Where(resource => resource.Namespace == "FakeAWS").Select(resource => resource.NativeId!).Order(StringComparer.Ordinal),
            cloud.Select(one => one.NativeId).Order(StringComparer.Ordinal));
        Assert.False((await plane.SubmitAsync(document)).Simulation.ChangesRequired);
    }

    private static async Task NoMessageIsDeadAsync(ControlPlane plane)
    {
        await using var bus = plane.OpenBus();
        foreach (var queue in (string[])[BusContract.ReportQueue, BusContract.AnnouncementQueue, "formae-requests-fakeaws", "formae-requests-local"])
        {
            await using var dead = bus.CreateReceiver(queue, new ServiceBusReceiverOptions { SubQueue = SubQueue.DeadLetter });
            Assert.Empty(await dead.PeekMessagesAsync(10, cancellationToken: TestContext.Current.CancellationToken));
        }
    }

    private static bool Kill(int id)
    {
        Processes.Kill(id);
        return true;
    }
}
