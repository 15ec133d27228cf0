using System.Diagnostics;

namespace Formae.Embedded.DurableTask.Tests.Crashes;

public sealed class CrashTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Whatever_moment_is_kept_of_the_files_the_work_goes_on_from_there_exactly_once(bool replay)
    {
        var random = new Random(20261121);
        var copies = new List<string>();
        try
        {
            await using (var hub = await Load.Register(new TestHub(replay)).StartAsync())
            {
                var work = Task.WhenAll(Enumerable.Range(0, 30).Select(async i => await hub.EndAsync(await hub.ScheduleAsync("Work", 0, $"w{i}"))));
                while (!work.IsCompleted && copies.Count < 12)
                {
                    copies.Add(Copy(hub.File));
                    for (var yields = random.Next(40); yields > 0; yields--)
                        await Task.Yield();
                }

                await work;
                copies.Add(Copy(hub.File));
            }

            foreach (var copy in copies)
            {
                await using var hub = await Load.Register(new TestHub(replay, copy)).StartAsync();
                var instances = await Load.VerifyAsync(hub);
                if (copy == copies[^1])
                    Assert.Equal(30, instances);
            }
        }
        finally
        {
            foreach (var copy in copies)
                Directory.Delete(copy, recursive: true);
        }
    }

    [Fact]
    public async Task A_hub_killed_again_and_again_ends_its_work_exactly_once()
    {
        var random = new Random(7);
        await using var hub = await Load.Register(new TestHub()).StartAsync();
        for (var i = 0; i < 40; i++)
            await hub.ScheduleAsync("Work", 0, $"w{i}");
        for (var kill = 0; kill < 15; kill++)
        {
            for (var yields = random.Next(300); yields > 0; yields--)
                await Task.Yield();
            await hub.RestartAsync();
        }

        Assert.Equal(40, await Load.VerifyAsync(hub));
    }

    [Theory]
    [InlineData("INSERT ON history")]
    [InlineData("INSERT ON entities")]
    [InlineData("UPDATE ON messages")]
    [InlineData("DELETE ON messages")]
    [InlineData("DELETE ON history")]
    public async Task A_step_that_cannot_be_committed_is_tried_again_and_counts_once(string refused)
    {
        await using var hub = await Load.Register(new TestHub()).StartAsync();
        await hub.KillAsync();
        HubFile.Execute(hub.File, $"CREATE TRIGGER refuse BEFORE {refused} BEGIN SELECT RAISE(ABORT, 'the disk is full'); END");
        await hub.StartAsync();
        await hub.ScheduleAsync("Work", 0, "w");
        for (var i = 0; i < 200; i++)
        {
            hub.Time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        Assert.False((await hub.Client.GetInstanceAsync("w"))!.IsCompleted);
        HubFile.Execute(hub.File, "DROP TRIGGER refuse");
        using var patience = new CancellationTokenSource(TestHub.Patience);
        while (!(await hub.Client.GetInstanceAsync("w"))!.IsCompleted)
        {
            patience.Token.ThrowIfCancellationRequested();
            hub.Time.Advance(TimeSpan.FromMinutes(1));
            await Task.Yield();
        }

        while ((await hub.Client.Entities.GetEntityAsync<int>(Load.Shared))?.State != Load.Rounds + 1)
        {
            patience.Token.ThrowIfCancellationRequested();
            hub.Time.Advance(TimeSpan.FromMinutes(1));
            await Task.Yield();
        }

        Assert.Equal(1, await Load.VerifyAsync(hub));
    }

    [Fact]
    public async Task A_process_killed_with_signal_9_loses_nothing_and_doubles_nothing()
    {
        var folder = Path.Combine(Path.GetTempPath(), "formae-hub-" + Guid.NewGuid().ToString("N"));
        try
        {
            var random = new Random(9);
            for (var life = 0; life < 4; life++)
            {
                using var child = Process.Start(KilledChild.StartInfo(folder, life))!;
                var lines = random.Next(3, 12);
                while (lines-- > 0 && await child.StandardOutput.ReadLineAsync().WaitAsync(TestHub.Patience) is not null)
                {
                }

                child.Kill();
                await child.WaitForExitAsync().WaitAsync(TestHub.Patience);
            }

            await using var hub = await Load.Register(new TestHub(folder: folder)).StartAsync();
            Assert.True(await Load.VerifyAsync(hub) >= 12);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>What a machine that stops here would find: the main file does not change while the log is short, and of the log whole commits count.</summary>
    private static string Copy(string file)
    {
        var folder = Path.Combine(Path.GetTempPath(), "formae-hub-" + Guid.NewGuid().ToString("N"));
        Directory.CreateDirectory(folder);
        foreach (var name in new[] { file, file + "-wal" })
        {
            using var from = new FileStream(name, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var to = File.Create(Path.Combine(folder, Path.GetFileName(name)));
            from.CopyTo(to);
        }

        return folder;
    }
}

/// <summary>The process that is killed: it starts instances, tells each one it was promised, and goes on until it dies.</summary>
internal static class KilledChild
{
    public const string Argument = "hub-child";

    /// <summary>This program again, whether it was started by itself or through dotnet.</summary>
    public static ProcessStartInfo StartInfo(string folder, int life)
    {
        var path = Environment.ProcessPath!;
        string[] host = Path.GetFileNameWithoutExtension(path) == "dotnet" ? [typeof(KilledChild).Assembly.Location] : [];
        return new ProcessStartInfo(path, [.. host, Argument, folder, $"{life}"]) { RedirectStandardOutput = true };
    }

    public static async Task<int> RunAsync(string folder, string life)
    {
        await using var hub = await Load.Register(new TestHub(folder: folder)).StartAsync();
        for (var i = 0; i < 1000; i++)
        {
            var id = await hub.ScheduleAsync("Work", 0, $"life{life}-{i}");
            await Console.Out.WriteLineAsync(id);
            await Console.Out.FlushAsync();
        }

        await Task.Delay(Timeout.Infinite);
        return 0;
    }
}
