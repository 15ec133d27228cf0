using System.Text.Json;
using Formae.Messaging.Keys;
using Formae.Protocol.Bus;
using Formae.Sdk.Testing;
using Formae.Servers;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;

namespace Formae.Messaging.Tests;

public sealed class KeyTests : IDisposable
{
    private static readonly byte[] Body = JsonSerializer.SerializeToUtf8Bytes(Requests.Create("Test::Box::Box", """{"Name":"a"}"""), BusJson.Default.OperationRequest);

    private readonly Folder _folder = new();
    private readonly FakeTimeProvider _time = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_rotated_key_signs_without_a_restart_and_the_old_one_still_verifies()
    {
        Rotate();
        using var here = new End(_folder.Path, MessageKeys.FileSetting, _folder["keys"], _time);
        using var there = new End(_folder.Path, MessageKeys.FileSetting, _folder["keys"], _time);
        var before = await here.WriteAsync(Body);
        await there.AcceptedAsync(before);

        Rotate();
        _time.Advance(TimeSpan.FromSeconds(1));
        var after = await here.WriteAsync(Body);

        Assert.NotEqual(before.ApplicationProperties[MessageProperties.Key], after.ApplicationProperties[MessageProperties.Key]);
        Assert.Equal(here.Keys.Ids[0], after.ApplicationProperties[MessageProperties.Key]);
        await there.AcceptedAsync(after);
        await there.AcceptedAsync(before);
    }

    [Fact]
    public async Task A_reader_that_has_just_looked_looks_again_when_it_meets_a_new_key()
    {
        Rotate();
        using var here = new End(_folder.Path, MessageKeys.FileSetting, _folder["keys"], _time);
        await here.AcceptedAsync(await here.WriteAsync(Body));
        Rotate();
        using var there = new End(_folder.Path, MessageKeys.FileSetting, _folder["keys"], _time);

        // No time has passed: only the unknown id can make it look.
        await here.AcceptedAsync(await there.WriteAsync(Body));
    }

    [Fact]
    public async Task A_file_that_becomes_unreadable_leaves_the_keys_of_before_in_use()
    {
        Rotate();
        using var here = new End(_folder.Path, MessageKeys.FileSetting, _folder["keys"], _time);
        var message = await here.WriteAsync(Body);
        await File.WriteAllTextAsync(_folder["keys"], "nonsense", TestContext.Current.CancellationToken);
        _time.Advance(TimeSpan.FromMinutes(1));
        await here.AcceptedAsync(message);
        await here.AcceptedAsync(await here.WriteAsync(Body));
        File.Delete(_folder["keys"]);
        _time.Advance(TimeSpan.FromMinutes(1));
        await here.AcceptedAsync(message);
    }

    [Fact]
    public void A_key_is_left_out_when_no_message_of_it_can_be_valid_and_never_the_last_one_that_signed()
    {
        var now = _time.GetUtcNow();
        var list = "mine:" + Convert.ToBase64String(new byte[40]);
        for (var day = 0; day < 10; day++)
            list = MessageKeyList.Rotate(MessageKeyList.Parse(list, "it"), now.AddDays(day));
        var keys = MessageKeyList.Parse(list, "it");
        Assert.Equal(3, keys.Count);
        Assert.StartsWith("20260110T000000Z-", keys[0].Id, StringComparison.Ordinal);

        var later = MessageKeyList.Parse(MessageKeyList.Rotate(keys, now.AddYears(1)), "it");
        Assert.Equal([keys[0].Id], later.Skip(1).Select(key => key.Id));
    }

    [Theory]
    [InlineData("", "holds no key")]
    [InlineData("c2VjcmV0", "Entry 1 of the setting FormaeMessageKeys is not 'id:base64'")]
    [InlineData("a b:c2VjcmV0", "is not 'id:base64'")]
    [InlineData("one:c2VjcmV0", "has 6 bytes; a key has at least 32")]
    [InlineData("one:c2VjcmV0!", "is not base64")]
    [InlineData("one:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=,one:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "two keys with the id 'one'")]
    [InlineData("one:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=,two:c2VjcmV0", "Entry 2")]
    public void Keys_that_are_none_are_refused_at_the_start_and_not_printed(string keys, string expected)
    {
        var settings = new Dictionary<string, string?> { [MessageKeys.KeysSetting] = keys + (keys.Length == 0 ? "," : "") };
        var wrong = Assert.Throws<InvalidOperationException>(() => From(settings));
        Assert.Contains(expected, wrong.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("c2VjcmV0", wrong.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Without_keys_an_app_does_not_start_and_is_told_which_settings_it_needs()
    {
        foreach (var bus in new[] { null, "Endpoint=sb://formae.servicebus.windows.net;SharedAccessKeyName=a;SharedAccessKey=b" })
        {
            var message = Assert.Throws<InvalidOperationException>(() => From(new Dictionary<string, string?> { ["ServiceBus"] = bus })).Message;
            Assert.Contains("FormaeMessageKeys", message, StringComparison.Ordinal);
            Assert.Contains("FormaeMessageKeyFile", message, StringComparison.Ordinal);
        }

        Assert.Contains("there is no", Assert.Throws<InvalidOperationException>(() => From(new Dictionary<string, string?> { [MessageKeys.FileSetting] = _folder["none"] })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task At_an_emulator_messages_may_travel_unsigned_but_whoever_has_keys_wants_signatures()
    {
        const string Emulator = "Endpoint=sb://localhost;SharedAccessKeyName=a;SharedAccessKey=b;UseDevelopmentEmulator=true;";
        using var unsigned = new End(_folder.Path, "ServiceBus", Emulator, _time);
        using var signed = new End(_folder.Path, SignatureTests.Key("one", 1), _time);
        var message = await unsigned.WriteAsync(Body);
        Assert.Null(unsigned.Keys.Signing);
        await unsigned.AcceptedAsync(message);
        Assert.Equal(RefusalReason.WrongSignature, await signed.RefusalOfAsync(message));

        _time.Advance(TimeSpan.FromHours(2));
        Assert.Equal(RefusalReason.Expired, await unsigned.RefusalOfAsync(message));
    }

    [Fact]
    public void A_key_is_never_printed() => Assert.Equal("one (***)", new MessageKey("one", new byte[32]).ToString());

    [Fact]
    public void Every_reason_is_explained()
    {
        var page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "errors.md"));
        Assert.All(Enum.GetNames<RefusalReason>(), reason => Assert.Contains($"| `{reason}` |", page, StringComparison.Ordinal));
    }

    private static MessageKeys From(Dictionary<string, string?> settings) =>
        MessageKeys.From(new ConfigurationBuilder().AddInMemoryCollection(settings).Build(), NullLogger.Instance, TimeProvider.System);

    private void Rotate()
    {
        var known = File.Exists(_folder["keys"]) ? MessageKeyList.Parse(File.ReadAllText(_folder["keys"]), "it") : [];
        File.WriteAllText(_folder["draft"], MessageKeyList.Rotate(known, _time.GetUtcNow()));
        File.Move(_folder["draft"], _folder["keys"], overwrite: true);
    }
}
