using Formae.Client;

namespace Formae.Distributed.Tests;

/// <summary>A store that is damaged is never started upon and never touched: what is in it may still be saved.</summary>
public sealed class CorruptStoreTests
{
    [Fact]
    public async Task Up_refuses_a_damaged_store_and_leaves_it_as_it_is()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There are no signals.");
        using var folder = new TempFolder();
        var data = folder.File("data");
        var document = BigDocument.Of("kept", 20, folder.File("files"), latency: 0);
        await using (var plane = await ControlPlane.StartAsync(data))
        {
            await plane.RunCommandAsync(document);
            Assert.Equal(0, await plane.StopAsync());
        }

        string[] stores = [.. Directory.GetFiles(data, "*.db", SearchOption.AllDirectories).Where(file => !file.Contains("apps", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
        Assert.Equal(3, stores.Length);
        foreach (var store in stores)
        {
            var sound = await File.ReadAllBytesAsync(store, TestContext.Current.CancellationToken);
            var damaged = (byte[])sound.Clone();
            Array.Fill(damaged, (byte)0xA5, damaged.Length / 4, damaged.Length / 2);
            await File.WriteAllBytesAsync(store, damaged, TestContext.Current.CancellationToken);

            var (code, output) = await ControlPlane.RunAsync("up", "--data", data, "--port", "0");

            Assert.Equal(1, code);
            Assert.Contains(store, output, StringComparison.Ordinal);
            Assert.Equal(damaged, await File.ReadAllBytesAsync(store, TestContext.Current.CancellationToken));
            await File.WriteAllBytesAsync(store, sound, TestContext.Current.CancellationToken);
        }

        await using var again = await ControlPlane.StartAsync(data);
        await CrashTests.EverythingIsThereOnceAsync(again, document, 20);
    }
}
