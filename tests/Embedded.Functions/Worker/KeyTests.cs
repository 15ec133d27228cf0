using System.Runtime.Versioning;

namespace Formae.Embedded.Functions.Tests;

[UnsupportedOSPlatform("windows")]
public sealed class KeyTests
{
    private const string Keys = """{"master":"mmm","functions":{"Locked":"lll","Other":"ooo"}}""";

    [Theory]
    [InlineData("/api/Hello", null, 200)]
    [InlineData("/api/locked", null, 401)]
    [InlineData("/api/locked", "lll", 200)]
    [InlineData("/api/locked", "mmm", 200)]
    [InlineData("/api/locked", "ooo", 401)]
    [InlineData("/api/locked", "llll", 401)]
    [InlineData("/api/master", "lll", 401)]
    [InlineData("/api/master", "mmm", 200)]
    public async Task Each_level_asks_for_its_keys(string path, string? key, int status)
    {
        using var folder = new TestFolder();
        await using var app = await TestApp.StartAsync(typeof(HttpFunctions), builder => builder.Configuration["EMBEDDED_KEYS_FILE"] = KeyFile(folder, Keys));
        Assert.Equal(status, (await app.GetAsync(key is null ? path : $"{path}?code={key}")).Status);
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (key is not null)
            request.Headers.Add("x-functions-key", key);
        using var response = await app.Http.SendAsync(request);
        Assert.Equal(status, (int)response.StatusCode);
    }

    [Fact]
    public void A_key_file_that_others_can_read_is_refused_without_telling_a_key()
    {
        using var folder = new TestFolder();
        var file = KeyFile(folder, Keys);
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.OtherRead);
        var message = TestApp.RefusalOf(typeof(HttpFunctions), builder => builder.Configuration["EMBEDDED_KEYS_FILE"] = file);
        Assert.Contains("600", message, StringComparison.Ordinal);
        Assert.DoesNotContain("mmm", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"functions":{}}""", "'master' must be a key")]
    [InlineData("""{"master":"m","functions":{"Locked":5}}""", "'functions.Locked' must be a key")]
    [InlineData("""{"master":""", "(1,11): this is no JSON")]
    public void A_wrong_key_file_is_refused_with_its_place(string content, string finding)
    {
        using var folder = new TestFolder();
        Assert.Contains(finding, TestApp.RefusalOf(typeof(HttpFunctions), builder => builder.Configuration["EMBEDDED_KEYS_FILE"] = KeyFile(folder, content)), StringComparison.Ordinal);
    }

    private static string KeyFile(TestFolder folder, string content)
    {
        File.WriteAllText(folder["keys.json"], content);
        File.SetUnixFileMode(folder["keys.json"], UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return folder["keys.json"];
    }
}
