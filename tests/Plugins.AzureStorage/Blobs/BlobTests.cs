using System.Text.Json.Nodes;
using Formae.Model;
using Formae.Protocol.Bus;
using Formae.Sdk.Testing;
using Formae.Servers;
using static Formae.Plugins.AzureStorage.Tests.StoragePlugin;

namespace Formae.Plugins.AzureStorage.Tests.Blobs;

public sealed class BlobTests(AzuriteServer server) : IClassFixture<AzuriteServer>
{
    [Fact]
    public async Task The_same_create_twice_makes_one_blob_and_another_one_writes_over_nothing()
    {
        await using var plugin = On(server);
        var container = await plugin.MakeAsync(Container, new JsonObject { ["Name"] = Unique("same-") });
        var create = Create(Blob, Text(container, "a.txt", "mine"));

        var first = await plugin.ExecuteAsync(create);
        var again = await plugin.ExecuteAsync(create);
        var delivered = await plugin.DeliverAgainAsync(create);
        var other = await plugin.ExecuteAsync(Create(Blob, Text(container, "a.txt", "other")));
        var twin = await plugin.DeliverAgainAsync(Create(Blob, Text(container, "a.txt", "mine")));

        Assert.All([first, again, delivered], report => Assert.Equal((OperationStatus.Success, $"{container}/a.txt"), (report.Status, report.NativeId)));
        Assert.Equal(first.Properties!.Value.GetProperty("ETag").GetString(), delivered.Properties!.Value.GetProperty("ETag").GetString());
        Assert.All([other, twin], report => Assert.Equal(ProblemCodes.AlreadyExists, report.Problem?.Code));
        Assert.Equal("mine", (await plugin.ReadAsync(Blob, first.NativeId!)).GetProperty("Content").GetString());
    }

    [Fact]
    public async Task A_large_content_comes_back_whole()
    {
        await using var plugin = On(server);
        var container = await plugin.MakeAsync(Container, new JsonObject { ["Name"] = Unique("large-") });
        var bytes = new byte[(4 * 1024 * 1024) + 17];
        new System.Random(7).NextBytes(bytes);
        var large = new JsonObject { ["Container"] = container, ["Name"] = "large.bin", ["ContentBase64"] = Convert.ToBase64String(bytes), ["ContentType"] = "application/x-noise", ["Metadata"] = new JsonObject { ["kind"] = "noise" }, ["AccessTier"] = "Cool" };
        var create = Create(Blob, large);

        var made = await plugin.ExecuteAsync(create);
        var again = await plugin.ExecuteAsync(create);
        var live = await plugin.ReadAsync(Blob, made.NativeId!);

        Assert.Equal([OperationStatus.Success, OperationStatus.Success], [made.Status, again.Status]);
        Assert.Equal(bytes, live.GetProperty("ContentBase64").GetBytesFromBase64());
        Assert.Equal((Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(bytes)), bytes.Length), (live.GetProperty("ContentHash").GetString(), live.GetProperty("Size").GetInt32()));
        Assert.Equal(("application/x-noise", "Cool", "noise"), (live.GetProperty("ContentType").GetString(), live.GetProperty("AccessTier").GetString(), live.GetProperty("Metadata").GetProperty("kind").GetString()));

        bytes[0] ^= 1;
        large["ContentBase64"] = Convert.ToBase64String(bytes);
        Assert.Equal(OperationStatus.Success, (await plugin.UpdateAsync(Blob, made.NativeId!, large)).Status);
        Assert.Equal(bytes, (await plugin.ReadAsync(Blob, made.NativeId!)).GetProperty("ContentBase64").GetBytesFromBase64());
    }

    [Fact]
    public async Task Blocks_that_somebody_else_has_staged_are_in_nobodys_way()
    {
        await using var plugin = On(server);
        var container = await plugin.MakeAsync(Container, new JsonObject { ["Name"] = Unique("staged-") });
        var id = await plugin.MakeAsync(Blob, Text(container, "large.bin", "small yet"));
        using var http = new HttpClient();
        using var block = new ByteArrayContent([1, 2, 3]);
        using var staged = await http.PutAsync(new Uri($"{server.BlobEndpoint}/{container}/large.bin{server.SasToken("rwdlac")}&comp=block&blockid=AAAA"), block, TestContext.Current.CancellationToken);
        Assert.Equal(System.Net.HttpStatusCode.Created, staged.StatusCode);
        var bytes = new byte[3 * 1024 * 1024];
        new System.Random(8).NextBytes(bytes);

        var changed = await plugin.UpdateAsync(Blob, id, new JsonObject { ["Container"] = container, ["Name"] = "large.bin", ["ContentBase64"] = Convert.ToBase64String(bytes) });

        Assert.True(changed.Status == OperationStatus.Success, changed.Problem?.Message);
        Assert.Equal(bytes, (await plugin.ReadAsync(Blob, id)).GetProperty("ContentBase64").GetBytesFromBase64());
    }

    [Fact]
    public async Task An_update_writes_over_what_was_compared_with_the_plan_and_over_nothing_else()
    {
        await using var plugin = On(server);
        var container = await plugin.MakeAsync(Container, new JsonObject { ["Name"] = Unique("race-") });
        var id = await plugin.MakeAsync(Blob, Text(container, "a.txt", "first"));
        var seen = await plugin.ReadAsync(Blob, id);
        await plugin.UpdateAsync(Blob, id, Text(container, "a.txt", "somebody else's"));

        foreach (var desired in (string[])["second", "first"])
        {
            var update = await Handler(plugin).UpdateAsync(UpdateOver(plugin, id, Text(container, "a.txt", desired, "text/plain"), seen), TestContext.Current.CancellationToken);

            var failure = Assert.IsType<Formae.Sdk.UpdateResult<AzureStorage.Blobs.Blob>.Failure>(update);
            Assert.Equal(ProblemCodes.ResourceConflict, failure.Problem.Code);
        }

        Assert.Equal("somebody else's", (await plugin.ReadAsync(Blob, id)).GetProperty("Content").GetString());
        Assert.Equal(OperationStatus.Drifted, (await plugin.UpdateAsync(Blob, id, Text(container, "a.txt", "second"), seen)).Status);
    }

    [Fact]
    public async Task What_stands_beside_the_content_changes_without_it()
    {
        await using var plugin = On(server);
        var container = await plugin.MakeAsync(Container, new JsonObject { ["Name"] = Unique("beside-") });
        var desired = Text(container, "a.txt", "the content", "text/plain");
        var id = await plugin.MakeAsync(Blob, desired);
        var seen = await plugin.ReadAsync(Blob, id, desired);
        desired["ContentType"] = "text/markdown";
        desired["CacheControl"] = "no-cache";
        desired["Metadata"] = new JsonObject { ["page"] = "1" };
        desired["AccessTier"] = "Cold";

        var changed = await Handler(plugin).UpdateAsync(UpdateOver(plugin, id, desired, seen), TestContext.Current.CancellationToken);

        var live = Assert.IsType<Formae.Sdk.UpdateResult<AzureStorage.Blobs.Blob>.Success>(changed).Properties;
        Assert.Equal(("text/markdown", "no-cache", "1", AzureStorage.Blobs.AccessTier.Cold, "the content"), (live.ContentType, live.CacheControl, live.Metadata!["page"], live.AccessTier, live.Content));
        Assert.Equal("the content", (await plugin.ReadAsync(Blob, id)).GetProperty("Content").GetString());
    }

    [Fact]
    public async Task A_type_and_a_tier_that_are_left_out_stay_and_other_headers_go()
    {
        await using var plugin = On(server);
        var container = await plugin.MakeAsync(Container, new JsonObject { ["Name"] = Unique("left-") });
        var desired = Text(container, "a.txt", "one", "text/plain");
        desired["AccessTier"] = "Cool";
        desired["ContentLanguage"] = "en";
        var id = await plugin.MakeAsync(Blob, desired);

        var changed = await plugin.UpdateAsync(Blob, id, Text(container, "a.txt", "two"));

        var live = changed.Properties!.Value;
        Assert.Equal(("text/plain", "Cool"), (live.GetProperty("ContentType").GetString(), live.GetProperty("AccessTier").GetString()));
        Assert.False(live.TryGetProperty("ContentLanguage", out _));
    }

    [Fact]
    public async Task Blobs_are_listed_below_their_container_in_pages_whatever_they_are_called()
    {
        await using var plugin = On(server);
        var container = await plugin.MakeAsync(Container, new JsonObject { ["Name"] = Unique("list-") });
        string[] names = ["a.txt", "b c.txt", "d&e/f+g%20h.txt", "ü/é.txt", "i'j=k.txt"];
        foreach (var name in names)
            await plugin.MakeAsync(Blob, Text(container, name, name));

        var (ids, pages) = await plugin.ListAsync(Blob, pageSize: 2, new JsonObject { ["Container"] = container });

        Assert.Equal(names.Select(name => $"{container}/{name}").Order(), ids.Order());
        Assert.True(pages >= 3, $"{pages}");
        foreach (var name in names)
            Assert.Equal(name, (await plugin.ReadAsync(Blob, $"{container}/{name}")).GetProperty("Content").GetString());
        Assert.Equal(ProblemCodes.InvalidRequest, (await plugin.ExecuteAsync(Requests.List(Blob))).Problem?.Code);
    }

    [Fact]
    public async Task An_empty_blob_and_bytes_that_are_no_text_are_read_as_they_were_written()
    {
        await using var plugin = On(server);
        var container = await plugin.MakeAsync(Container, new JsonObject { ["Name"] = Unique("form-") });
        var empty = await plugin.MakeAsync(Blob, new JsonObject { ["Container"] = container, ["Name"] = "empty" });
        var bytes = await plugin.MakeAsync(Blob, new JsonObject { ["Container"] = container, ["Name"] = "bytes", ["ContentBase64"] = "AAH/" });
        var encoded = new JsonObject { ["Container"] = container, ["Name"] = "encoded", ["ContentBase64"] = "aGVsbG8=" };
        var text = await plugin.MakeAsync(Blob, encoded);

        Assert.False((await plugin.ReadAsync(Blob, empty)).TryGetProperty("Content", out _));
        Assert.Equal("AAH/", (await plugin.ReadAsync(Blob, bytes)).GetProperty("ContentBase64").GetString());
        Assert.Equal("aGVsbG8=", (await plugin.ReadAsync(Blob, text, encoded)).GetProperty("ContentBase64").GetString());
        Assert.Equal("hello", (await plugin.ReadAsync(Blob, text)).GetProperty("Content").GetString());
        encoded["ContentBase64"] = "aGVs\nbG8=";
        Assert.Equal("aGVs\nbG8=", (await plugin.ReadAsync(Blob, text, encoded)).GetProperty("ContentBase64").GetString());
    }

    [Fact]
    public async Task A_content_that_is_a_secret_reaches_the_blob_and_no_report()
    {
        await using var plugin = On(server);
        var container = await plugin.MakeAsync(Container, new JsonObject { ["Name"] = Unique("secret-") });
        var sealedContent = JsonNode.Parse(plugin.Harness.Seal.Seal(Requests.Json("\"a planted secret\"")).GetRawText());

        var made = await plugin.ExecuteAsync(Create(Blob, new JsonObject { ["Container"] = container, ["Name"] = "a.txt", ["Content"] = sealedContent }));

        Assert.Equal(OperationStatus.Success, made.Status);
        Assert.DoesNotContain("a planted secret", System.Text.Json.JsonSerializer.Serialize(made, BusJson.Default.OperationReport), StringComparison.Ordinal);
        Assert.Equal("a planted secret", (await plugin.ReadAsync(Blob, made.NativeId!)).GetProperty("Content").GetString());
    }

    [Theory]
    [InlineData("""{"Content":"a","ContentBase64":"YQ=="}""", "ContentBase64")]
    [InlineData("""{"ContentBase64":"not base64!"}""", "ContentBase64")]
    [InlineData("""{"Name":"../other/a.txt"}""", "'Name'")]
    [InlineData("""{"Name":"a/"}""", "'Name'")]
    [InlineData("""{"AccessTier":"Archive"}""", "AccessTier")]
    public async Task What_the_service_would_refuse_is_refused_with_its_path(string properties, string path)
    {
        await using var plugin = On(server);
        var desired = JsonNode.Parse(properties)!.AsObject();
        desired["Container"] = "some";
        desired["Name"] ??= "a.txt";

        var refused = await plugin.ExecuteAsync(Create(Blob, desired));

        Assert.Equal(ProblemCodes.InvalidRequest, refused.Problem?.Code);
        Assert.Contains(path, refused.Problem!.Message, StringComparison.Ordinal);
    }

    private static Formae.Sdk.IResourceHandler<AzureStorage.Blobs.Blob> Handler(StoragePlugin plugin) =>
        (AzureStorage.Blobs.BlobHandler)plugin.Harness.Services.GetService(typeof(AzureStorage.Blobs.BlobHandler))!;

    /// <summary>An update whose pre-read is over: what it has found is given.</summary>
    private static Formae.Sdk.UpdateRequest<AzureStorage.Blobs.Blob> UpdateOver(StoragePlugin plugin, string id, JsonObject desired, System.Text.Json.JsonElement found) => new()
    {
        OperationId = "command/update-1",
        Ksuid = Requests.Ksuid,
        ResourceType = Blob,
        NativeId = id,
        TargetConfig = plugin.Harness.TargetConfig!.Value,
        Desired = Bound(Requests.Json(desired)),
        Found = Bound(found),
    };

    private static AzureStorage.Blobs.Blob Bound(System.Text.Json.JsonElement json) => System.Text.Json.JsonSerializer.Deserialize<AzureStorage.Blobs.Blob>(
        json, new System.Text.Json.JsonSerializerOptions { Converters = { new System.Text.Json.Serialization.JsonStringEnumConverter() } })!;

    private static JsonObject Text(string container, string name, string content, string? type = null)
    {
        var blob = new JsonObject { ["Container"] = container, ["Name"] = name, ["Content"] = content };
        if (type is not null)
            blob["ContentType"] = type;
        return blob;
    }
}
