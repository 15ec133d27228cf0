using System.Globalization;
using System.Text;
using Azure.Messaging.ServiceBus;
using Formae.Client;
using Formae.Protocol.Bus;
using Formae.Protocol.Http;
using Formae.Servers;

namespace Formae.Distributed.Tests;

/// <summary>
/// kill -9 at random moments while a command runs. <c>FORMAE_TEST_SEED</c> replays the choices of a run, <c>FORMAE_TEST_ROUNDS</c> asks for more rounds.
/// </summary>
public sealed class CrashTests
{
    // A process that ends more than five times in ten minutes is given up, rightly.
    private const int KillsOfEach = 4;
    private const int KillsInACommand = 4;

    private static readonly string[] Victims = ["bus", "coordinator", "fakeaws", "local"];

    [Fact]
    public Task Whoever_is_killed_everything_is_done_exactly_once() => KillAsync(150, Victims);

    [Fact]
    public async Task On_Azurite_too_and_when_Azurite_is_killed_everything_is_done_exactly_once()
    {
        if ((await NpmProgram.FindAsync("azurite", TestContext.Current.CancellationToken)).Missing is { } missing)
            Lack.Tell(missing);
        await KillAsync(60, ["azurite", "coordinator", "fakeaws"], "--azurite");
    }

    private static async Task KillAsync(int resources, string[] victims, params string[] more)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Finds the processes as Linux tells them.");
        var seed = int.TryParse(Environment.GetEnvironmentVariable("FORMAE_TEST_SEED"), CultureInfo.InvariantCulture, out var given) ? given : Random.Shared.Next();
        var rounds = int.TryParse(Environment.GetEnvironmentVariable("FORMAE_TEST_ROUNDS"), CultureInfo.InvariantCulture, out var asked) ? asked : 1;
        for (var round = 0; round < rounds; round++)
        {
            var diary = new StringBuilder($"FORMAE_TEST_SEED={seed}, round {round}:");
            try
            {
                await RoundAsync(new Random(seed + round), diary, resources, victims, more);
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"{diary}{Environment.NewLine}{e.Message}", e);
            }
            finally
            {
                TestContext.Current.SendDiagnosticMessage(diary.ToString());
            }
        }
    }

    private static async Task RoundAsync(Random random, StringBuilder diary, int resources, string[] victims, string[] more)
    {
        using var folder = new TempFolder();
        await using var plane = await ControlPlane.StartAsync(folder.File("data"), null, more);
        var killer = new Killer(plane, random, diary, victims);

        foreach (var value in (string[])["one", "two"])
        {
            var document = BigDocument.Of("crashes", resources, folder.File("files"), value);
            await killer.DisturbAsync((await plane.SubmitAsync(document)).CommandId);
            await EverythingIsThereOnceAsync(plane, document, resources);
            Assert.All((await plane.Cloud.ObjectsAsync()).Select(one => one.Properties.GetProperty("Value").GetString()), text => Assert.Equal(value, text));
        }

        await killer.DisturbAsync((await plane.SubmitAsync(BigDocument.Of("crashes", resources, folder.File("files"), "two"), SubmitKind.Destroy)).CommandId);
        Assert.Empty(await plane.InventoryAsync());

        // Who was killed last may have had nothing more to do in the command, and only now come again.
        Assert.Empty(await Wait.ForAsync("an answer of the cloud", ControlPlane.Patience, async () => await plane.Cloud.ObjectsAsync(), () => plane.LastLines));
        Assert.Empty(Directory.GetFiles(folder.File("files")));
        Assert.NotEqual(0, killer.Disturbances);
        await NoMessageIsDeadAsync(plane);
    }

    /// <summary>Nothing is missing, double or left over, and nobody holds a lease.</summary>
    /// <param name="plane">The control plane.</param>
    /// <param name="document">What was applied.</param>
    /// <param name="count">Its resources.</param>
    /// <param name="stack">Their stack, where others have resources too; they have a cloud of their own then.</param>
    /// <param name="cloud">That cloud.</param>
    internal static async Task EverythingIsThereOnceAsync(ControlPlane plane, string document, int count, string? stack = null, Cloud? cloud = null)
    {
        var inventory = await plane.InventoryAsync(stack is null ? null : $"stack:{stack}");
        Assert.Equal(count, inventory.Count);
        Assert.Equal(count, inventory.Select(resource => resource.Key).Distinct().Count());
        Assert.Equal(count, inventory.Select(resource => (resource.Namespace, resource.NativeId)).Distinct().Count());
        var objects = await Wait.ForAsync("an answer of the cloud", ControlPlane.Patience, async () => await (cloud ?? plane.Cloud).ObjectsAsync());
        Assert.Equal(
            inventory.Where(resource => resource.Namespace == "FakeAWS").Select(resource => resource.NativeId!).Order(StringComparer.Ordinal),
            objects.Select(one => one.NativeId).Order(StringComparer.Ordinal));
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

    private sealed class Killer(ControlPlane plane, Random random, StringBuilder diary, string[] victims)
    {
        private readonly Dictionary<string, int> _left = victims.ToDictionary(victim => victim, _ => KillsOfEach);

        /// <summary>How many kills met a command that was not over yet.</summary>
        public int Disturbances { get; private set; }

        /// <summary>Kills while a command runs, and sees it through to its success.</summary>
        public async Task DisturbAsync(string commandId)
        {
            diary.Append(CultureInfo.InvariantCulture, $"{Environment.NewLine}  {commandId}");
            for (var kill = 0; kill < KillsInACommand; kill++)
            {
                // The moment is the point of the test: any will do.
                var pause = random.Next(20, 900);
                var choice = _left.Where(one => one.Value > 0).Select(one => one.Key).Order(StringComparer.Ordinal).ToArray();
                var victim = choice[random.Next(choice.Length)];
                await Task.Delay(pause, TestContext.Current.CancellationToken);
                if (await IsOverAsync(commandId))
                    break;
                await Wait.UntilAsync($"a running {victim} to kill", ControlPlane.Patience, () => TryKill(victim), () => plane.LastLines);
                diary.Append(CultureInfo.InvariantCulture, $"; {pause} ms, {victim}");
                _left[victim]--;
                Disturbances++;
            }

            await Wait.ForAsync($"an answer about {commandId}", ControlPlane.Patience, () => FindAsync(commandId), () => plane.LastLines);
            await plane.SuccessOfAsync(commandId, TimeSpan.FromSeconds(90));
        }

        private async Task<bool> IsOverAsync(string commandId) => await FindAsync(commandId) is { } command && States.IsFinal(command.State);

        /// <summary>Null while the coordinator is down, which has not ended anything then, or its storage is.</summary>
        private async Task<Command?> FindAsync(string commandId)
        {
            try
            {
                return await plane.Client.GetCommandAsync(commandId, TestContext.Current.CancellationToken);
            }
            catch (Exception e) when (e is FormaeConnectionException or FormaeApiException { Response.Error: ErrorCodes.InternalError or ErrorCodes.StorageUnavailable })
            {
                return null;
            }
        }

        private bool TryKill(string victim)
        {
            if (!plane.Children.TryGetValue(victim, out var id))
                return false;
            Processes.Kill(id);
            return true;
        }
    }
}
