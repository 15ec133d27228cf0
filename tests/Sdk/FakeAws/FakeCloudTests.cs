using System.Text;
using Formae.Plugins.FakeAws;

namespace Formae.Sdk.Tests.FakeAws;

public sealed class FakeCloudTests : IDisposable
{
    private const string Type = "FakeAWS::S3::Bucket";

    private readonly Scratch _scratch = new();

    private string Cloud => _scratch["cloud"];

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void A_cloud_outlives_its_process()
    {
        using (var before = FakeCloud.Open(Cloud))
        {
            before.Create(Wanted("t1", "a"));
            before.Create(Wanted("t2", "b"));
            before.Change(Type, "fake-bucket-000001", _ => "{\"changed\":1}"u8.ToArray());
            before.Delete(Type, "fake-bucket-000002");
        }

        using var after = FakeCloud.Open(Cloud);
        Assert.Equal("""{"changed":1}""", Text(Assert.Single(after.All())));
        Assert.Equal("fake-bucket-000003", after.Create(Wanted("t3", "c"))!.NativeId);
    }

    [Fact]
    public void A_create_with_a_known_token_makes_nothing_new()
    {
        using var cloud = FakeCloud.Open(Cloud);
        var made = cloud.Create(Wanted("t1", "a"))!;
        Assert.Equal(made.NativeId, cloud.Create(Wanted("t1", "a"))!.NativeId);
        cloud.Delete(Type, made.NativeId);
        Assert.Equal(made.NativeId, cloud.Create(Wanted("t1", "a"))!.NativeId);
        Assert.Empty(cloud.All());
    }

    [Fact]
    public void A_name_is_free_again_when_its_object_is_gone()
    {
        using var cloud = FakeCloud.Open(Cloud);
        cloud.Create(Wanted("t1", "a"));
        Assert.Null(cloud.Create(Wanted("t2", "a")));
        cloud.Delete(Type, "fake-bucket-000001");
        Assert.NotNull(cloud.Create(Wanted("t3", "a")));
    }

    [Theory]
    [InlineData("{\"k\":\"put\",\"t\":\"FakeAWS::S3::Bu")]
    [InlineData("{\"k\":\"delete\",\"i\":\"fake-bucket-000001\"}")]
    public void A_line_that_a_killed_process_left_unfinished_does_not_count(string torn)
    {
        using (var before = FakeCloud.Open(Cloud))
            before.Create(Wanted("t1", "a"));
        File.AppendAllText(CloudSnapshot.JournalOf(Cloud, 0), torn);

        using (var after = FakeCloud.Open(Cloud))
        {
            Assert.Single(after.All());
            after.Create(Wanted("t2", "b"));
        }

        using var again = FakeCloud.Open(Cloud);
        Assert.Equal(["a", "b"], again.All().Select(o => o.Name));
    }

    [Fact]
    public void Two_processes_see_each_others_changes_and_never_give_one_id_twice()
    {
        using var one = FakeCloud.Open(Cloud);
        using var two = FakeCloud.Open(Cloud);
        Parallel.For(0, 400, i => (i % 2 == 0 ? one : two).Create(Wanted($"t{i}", $"n{i}")));
        Assert.Equal(400, one.All().Select(o => o.NativeId).Distinct().Count());
        Assert.Equal(one.All().Select(o => o.NativeId), two.All().Select(o => o.NativeId));
        Assert.Null(two.Create(Wanted("other", "n0")));
        Assert.Equal(one.Create(Wanted("t1", "n1"))!.NativeId, two.Create(Wanted("t1", "n1"))!.NativeId);
    }

    [Fact]
    public void A_snapshot_adds_up_to_the_same()
    {
        using (var before = FakeCloud.Open(Cloud))
        {
            foreach (var i in Enumerable.Range(0, 20))
                before.Create(Wanted($"t{i}", $"n{i}"));
            before.Delete(Type, "fake-bucket-000001");
        }

        CloudSnapshot.Compact(Cloud);
        Assert.False(File.Exists(CloudSnapshot.JournalOf(Cloud, 0)));
        using var after = FakeCloud.Open(Cloud);
        Assert.Equal(19, after.All().Count);
        Assert.Equal("fake-bucket-000001", after.Create(Wanted("t0", "n0"))!.NativeId);
        Assert.Equal("fake-bucket-000021", after.Create(Wanted("new", "new"))!.NativeId);
    }

    [Fact]
    public void A_journal_of_an_earlier_generation_does_not_count_again()
    {
        using (var before = FakeCloud.Open(Cloud))
            before.Create(Wanted("t1", "a"));
        var journal = File.ReadAllBytes(CloudSnapshot.JournalOf(Cloud, 0));
        CloudSnapshot.Compact(Cloud);
        using (var between = FakeCloud.Open(Cloud))
            between.Delete(Type, "fake-bucket-000001");

        // Killed after the snapshot was in its place and before the old journal was gone.
        File.WriteAllBytes(CloudSnapshot.JournalOf(Cloud, 0), journal);
        using var after = FakeCloud.Open(Cloud);
        Assert.Empty(after.All());
    }

    [Fact]
    public void A_secret_does_not_stand_in_the_file_in_the_open()
    {
        using (var before = FakeCloud.Open(Cloud))
            before.Create(Wanted("t1", "a") with { Type = "FakeAWS::SecretsManager::Secret", Properties = "{\"SecretString\":\"planted-4711\"}"u8.ToArray() });
        Assert.DoesNotContain(Directory.EnumerateFiles(_scratch.Folder), file => File.ReadAllText(file).Contains("planted-4711"));
        using var after = FakeCloud.Open(Cloud);
        Assert.Contains("planted-4711", Text(Assert.Single(after.All())));
        foreach (var file in Directory.GetFiles(Path.GetDirectoryName(Cloud)!))
        {
            if (!OperatingSystem.IsWindows())
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        }
    }

    [Fact]
    public async Task A_cloud_is_opened_while_another_process_writes_to_it()
    {
        using var writing = FileLock.Open(_scratch["journal"]);
        FileLock.Take(writing);
        var opening = Task.Run(() => FileLock.Open(_scratch["journal"]), TestContext.Current.CancellationToken);

        // It comes while the other one is at work, and is not refused.
        await Task.WhenAny(opening, Task.Delay(TimeSpan.FromMilliseconds(200), TestContext.Current.CancellationToken));
        Assert.False(opening.IsFaulted, opening.Exception?.Message);
        FileLock.Leave(writing);

        using var opened = await opening;
        Assert.False(opened.IsInvalid);
    }

    private static NewObject Wanted(string token, string name) => new()
    {
        Token = token,
        Type = Type,
        Name = name,
        NameIsUnique = true,
        Prefix = "fake-bucket",
        Region = "eu-west-1",
        Properties = Encoding.UTF8.GetBytes($$"""{"BucketName":"{{name}}"}"""),
    };

    private static string Text(CloudObject item) => Encoding.UTF8.GetString(item.Properties.Span);
}
