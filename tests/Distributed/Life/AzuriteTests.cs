using Formae.Client;
using Formae.Protocol.Http;
using Formae.Servers;
using static Formae.Distributed.Tests.DocumentBuilder;

namespace Formae.Distributed.Tests;

/// <summary><c>formae up --azurite</c>: every row and every large payload over REST, in an emulator that runs beside the apps.</summary>
public sealed class AzuriteTests
{
    private const string Stack = "on-azurite";

    // More than a row holds, and than a message does.
    private const int Large = 1 << 20;

    [Fact]
    public async Task What_a_document_says_is_made_changed_kept_over_a_restart_and_removed()
    {
        if ((await NpmProgram.FindAsync("azurite", TestContext.Current.CancellationToken)).Missing is { } missing)
            Lack.Tell(missing);
        using var folder = new TempFolder();
        var data = folder.File("data");
        string machine;
        await using (var plane = await ControlPlane.StartAsync(data, null, "--azurite"))
        {
            var created = await plane.RunCommandAsync(Shop("t3.small", 'a'));
            Assert.All(created.ResourceUpdates!, update => Assert.Equal(("create", States.Success), (update.Operation, update.State)));
            machine = await MachineAsync(plane);

            var changed = await plane.RunCommandAsync(Shop("t3.large", 'b'));
            Assert.Equal(["machine", "store"], changed.ResourceUpdates!.Where(update => update.Operation == "update").Select(update => update.ResourceLabel).Order());
            var (code, output) = await ControlPlane.RunAsync("status", changed.CommandId, "--server", plane.Address.ToString());
            Assert.True(code == 0 && output.Contains(States.Success, StringComparison.Ordinal), output);
            (code, output) = await ControlPlane.RunAsync("doctor", "--server", plane.Address.ToString());
            Assert.True(code == 0, output);

            Assert.Contains("azurite", plane.Ready.GetProperty("processes").EnumerateArray().Select(process => process.GetProperty("name").GetString()));
            Assert.Contains("azurite", plane.Output, StringComparison.Ordinal);
            Assert.Equal(0, await plane.StopAsync());
        }

        // All of it is there, and nowhere else; a large property stands in no row.
        Assert.False(File.Exists(Path.Combine(data, "store", "tables.db")));
        Assert.False(Directory.Exists(Path.Combine(data, "payloads")));
        Assert.DoesNotContain(new string('b', 40_000), await File.ReadAllTextAsync(Path.Combine(data, "azurite", "__azurite_db_table__.json"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Contains(Directory.EnumerateFiles(Path.Combine(data, "azurite", "__blobstorage__")), file => new FileInfo(file).Length > Large);
        await TheKeyIsTheOwnersAsync(data);

        var (refused, said) = await ControlPlane.RunAsync("up", "--data", data, "--port", "0");
        Assert.NotEqual(0, refused);
        Assert.Contains("is kept in Azurite: start with --azurite", said.Replace(Environment.NewLine, " ", StringComparison.Ordinal), StringComparison.Ordinal);

        await using (var plane = await ControlPlane.StartAsync(data, null, "--azurite"))
        {
            Assert.Equal(machine, await MachineAsync(plane));
            Assert.False((await plane.SubmitAsync(Shop("t3.large", 'b'))).Simulation.ChangesRequired);
            await plane.RunCommandAsync(Shop("t3.large", 'b'), SubmitKind.Destroy);
            Assert.Empty(await plane.InventoryAsync());
        }
    }

    [Fact]
    public async Task A_folder_that_began_with_SQLite_stays_with_it()
    {
        if ((await NpmProgram.FindAsync("azurite", TestContext.Current.CancellationToken)).Missing is { } missing)
            Lack.Tell(missing);
        using var folder = new TempFolder();
        var data = folder.File("data");
        Directory.CreateDirectory(Path.Combine(data, "store"));
        await File.WriteAllTextAsync(Path.Combine(data, "store", "tables.db"), "", TestContext.Current.CancellationToken);

        var (refused, said) = await ControlPlane.RunAsync("up", "--azurite", "--data", data, "--port", "0");

        Assert.NotEqual(0, refused);
        Assert.Contains("is kept in SQLite: start without --azurite", said.Replace(Environment.NewLine, " ", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(data, "azurite")));
    }

    private static async Task TheKeyIsTheOwnersAsync(string data)
    {
        var file = Path.Combine(data, "azurite.key");
        var key = (await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken)).Trim().Split(':')[1];
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        foreach (var other in Directory.EnumerateFiles(data, "*", SearchOption.AllDirectories).Where(other => other != file))
            Assert.False((await File.ReadAllTextAsync(other, TestContext.Current.CancellationToken)).Contains(key, StringComparison.Ordinal), other);
    }

    private static async Task<string> MachineAsync(ControlPlane plane) => (await plane.InventoryAsync($"stack:{Stack} label:machine")).Single().NativeId!;

    private static string Shop(string size, char letter) => new DocumentBuilder().Stack(Stack).Target("aws", "FakeAWS")
        .Resource(Stack, "aws", Instance, "machine", ("ImageId", "ami-1"), ("InstanceType", size), ("VpcId", Reference(Stack, Vpc, "net", "VpcId")))
        .Resource(Stack, "aws", Vpc, "net", ("CidrBlock", "10.0.0.0/16"))
        .Resource(Stack, "aws", GenericResource, "store", ("Name", "größe"), ("Value", new string(letter, Large)))
        .ToString();
}
