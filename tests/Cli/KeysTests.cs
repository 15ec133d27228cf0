using Formae.Cli.CommandLine;
using Formae.Cli.Keys;
using Formae.Cli.Tests.Support;
using Formae.Protocol.Bus;

namespace Formae.Cli.Tests;

public sealed class KeysTests
{
    [Fact]
    public async Task A_new_key_stands_before_the_old_ones_and_only_its_owner_can_read_it()
    {
        using var run = new TestRun();
        var file = new MessageKeyFile(run.Folder);
        file.Ensure(DateTimeOffset.UtcNow);
        var first = File.ReadAllText(file.Path);
        file.Ensure(DateTimeOffset.UtcNow);
        Assert.Equal(first, File.ReadAllText(file.Path));

        Assert.Equal(ExitCode.Ok, await run.InvokeAsync("keys", "rotate", "--data", run.Folder));

        var keys = MessageKeyList.Parse(File.ReadAllText(file.Path), "it");
        Assert.Equal(2, keys.Count);
        Assert.EndsWith(first, File.ReadAllText(file.Path), StringComparison.Ordinal);
        Assert.Contains(keys[0].Id, run.Out, StringComparison.Ordinal);
        Assert.All(keys, key => Assert.DoesNotContain(Convert.ToBase64String(key.Key), run.Out + run.Error, StringComparison.Ordinal));
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file.Path));
    }

    [Fact]
    public async Task Keys_that_are_not_there_are_missed_with_the_way_to_make_them()
    {
        using var run = new TestRun();
        Assert.Equal(ExitCode.Failed, await run.InvokeAsync("keys", "rotate", "--data", run.Folder));
        Assert.Contains("'formae up' makes it", run.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(run.Folder, "message.keys*"));
    }

    [Fact]
    public async Task A_file_that_holds_no_keys_is_left_as_it_is()
    {
        using var run = new TestRun();
        run.Write("message.keys", "c2VjcmV0");
        Assert.Equal(ExitCode.Failed, await run.InvokeAsync("keys", "rotate", "--data", run.Folder));
        Assert.Contains("were not changed", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("c2VjcmV0", run.Error, StringComparison.Ordinal);
        Assert.Equal("c2VjcmV0", File.ReadAllText(Path.Combine(run.Folder, "message.keys")));
    }

    [Fact]
    public async Task Of_many_changes_at_once_each_keeps_the_keys_of_the_others()
    {
        using var run = new TestRun();
        var file = new MessageKeyFile(run.Folder);
        file.Ensure(DateTimeOffset.UtcNow);
        var made = new System.Collections.Concurrent.ConcurrentBag<string>();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() =>
        {
            try
            {
                made.Add(file.Rotate(DateTimeOffset.UtcNow)[0]);
            }
            catch (Up.UpException refused)
            {
                // Another one is at it: that is said, and nothing is done.
                Assert.Contains("were not changed", refused.Message, StringComparison.Ordinal);
            }
        })));

        var known = MessageKeyList.Parse(File.ReadAllText(file.Path), "it").Select(key => key.Id).ToHashSet();
        Assert.NotEmpty(made);
        Assert.All(made, id => Assert.Contains(id, known));
    }
}
