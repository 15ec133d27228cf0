using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Formae.Client;
using Formae.Protocol.Http;

namespace Formae.Distributed.Tests;

/// <summary>kill -9 of the coordinator while it takes a command in. <c>FORMAE_TEST_SEED</c> replays the moments of a run.</summary>
public sealed class KilledSubmitTests
{
    private const int Kills = 4;
    private const int Secrets = 10;

    [Fact]
    public async Task A_command_whose_intake_is_killed_is_there_as_a_whole_or_not_at_all_and_no_secret_of_it_is_anywhere()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Finds the processes as Linux tells them.");
        var seed = int.TryParse(Environment.GetEnvironmentVariable("FORMAE_TEST_SEED"), CultureInfo.InvariantCulture, out var given) ? given : Random.Shared.Next();
        var random = new Random(seed);
        using var folder = new TempFolder();
        await using var plane = await ControlPlane.StartAsync(folder.File("data"));
        var planted = new List<string>();
        for (var kill = 0; kill < Kills; kill++)
        {
            var stack = $"killed-{kill}";
            var document = Document(stack, planted);
            var submit = TrySubmitAsync(plane, document);
            await Task.Delay(random.Next(0, 150), TestContext.Current.CancellationToken);
            Processes.Kill(plane.Children["coordinator"]);
            var answer = await submit;

            // Until the lease of a dead intake is given up, and while the first command runs, the answer is a conflict.
            var again = await Wait.ForAsync($"an answer for {stack} (FORMAE_TEST_SEED={seed})", TimeSpan.FromSeconds(150), () => TrySubmitAsync(plane, document), () => plane.LastLines);
            if (again.Simulation.ChangesRequired)
                await plane.SuccessOfAsync(again.CommandId);

            var command = Assert.Single(await plane.Client.ListCommandsAsync($"stack:{stack}", cancellation: TestContext.Current.CancellationToken));
            Assert.Equal(States.Success, command.State);
            if (answer is not null)
                Assert.Equal(answer.CommandId, command.CommandId);
            Assert.Equal(Secrets, (await plane.InventoryAsync($"stack:{stack}")).Count);
            Assert.Equal(Secrets, (await plane.Cloud.ObjectsAsync()).Count(one => one.Name!.StartsWith(stack, StringComparison.Ordinal)));
        }

        await plane.StopAsync();
        NothingIsIn(folder.File("data"), planted);
    }

    private static async Task<SubmitCommandResponse?> TrySubmitAsync(ControlPlane plane, string document)
    {
        try
        {
            return await plane.SubmitAsync(document);
        }
        catch (Exception e) when (e is FormaeApiException or FormaeConnectionException)
        {
            // The coordinator is down, or the stack is held.
            return null;
        }
    }

    private static string Document(string stack, List<string> planted)
    {
        var document = new DocumentBuilder().Stack(stack).Target("eu", "FakeAWS");
        for (var i = 0; i < Secrets; i++)
        {
            planted.Add(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(12)));
            document.Resource(stack, "eu", "FakeAWS::SecretsManager::Secret", $"s{i}", ("Name", $"{stack}-{i}"), ("SecretString", planted[^1]));
        }

        return document.ToString();
    }

    /// <summary>Looks through every file, the logs among them; only the pretended cloud may know the secrets.</summary>
    private static void NothingIsIn(string folder, List<string> planted)
    {
        var looked = 0;
        foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Where(file => !Path.GetFileName(file).StartsWith("fakeaws", StringComparison.OrdinalIgnoreCase) && !file.Contains("cloud", StringComparison.OrdinalIgnoreCase)))
        {
            var bytes = File.ReadAllBytes(file);
            looked++;
            foreach (var secret in planted)
            {
                foreach (var form in (byte[][])[Encoding.UTF8.GetBytes(secret), Encoding.Unicode.GetBytes(secret), .. Base64(secret)])
                    Assert.True(bytes.AsSpan().IndexOf(form) < 0, $"A secret is in {file}.");
            }
        }

        Assert.True(looked > 3, $"Only {looked} files were looked at.");
    }

    private static IEnumerable<byte[]> Base64(string secret)
    {
        for (var before = 0; before < 3; before++)
        {
            var encoded = Convert.ToBase64String([.. new byte[before], .. Encoding.UTF8.GetBytes(secret)]).TrimEnd('=');
            yield return Encoding.UTF8.GetBytes(encoded[(before == 0 ? 0 : 4)..^2]);
        }
    }
}
