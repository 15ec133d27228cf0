using System.Text;
using System.Text.Json;
using Azure.Messaging.ServiceBus;
using Formae.Protocol.Bus;
using Formae.Sdk.Testing;

namespace Formae.Messaging.Tests;

public sealed class SignatureTests : IDisposable
{
    private static readonly byte[] Body = JsonSerializer.SerializeToUtf8Bytes(Requests.Create("Test::Box::Box", """{"Name":"a"}"""), BusJson.Default.OperationRequest);

    private readonly Folder _folder = new();
    private readonly FakeTimeProvider _time = new();
    private readonly End _here;
    private readonly End _there;

    public SignatureTests()
    {
        _here = new End(_folder.Path, Key("one", 1), _time);
        _there = new End(_folder.Path, Key("one", 1), _time);
    }

    public void Dispose()
    {
        _here.Dispose();
        _there.Dispose();
        _folder.Dispose();
    }

    /// <summary>What somebody could do to a message who can write to a queue, and has no key.</summary>
    public static TheoryData<string, RefusalReason> Alterations => new()
    {
        { "body", RefusalReason.WrongSignature },
        { "message id", RefusalReason.WrongSignature },
        { "operation id", RefusalReason.WrongSignature },
        { "content type", RefusalReason.WrongSignature },
        { "queue", RefusalReason.WrongSignature },
        { "time", RefusalReason.WrongSignature },
        { "time that is none", RefusalReason.WrongSignature },
        { "signature", RefusalReason.WrongSignature },
        { "signature that is no base64", RefusalReason.WrongSignature },
        { "signature cut off", RefusalReason.WrongSignature },
        { "no signature", RefusalReason.WrongSignature },
        { "no time", RefusalReason.WrongSignature },
        { "no key", RefusalReason.WrongSignature },
        { "no contract", RefusalReason.WrongSignature },
        { "key", RefusalReason.UnknownKey },
        { "contract", RefusalReason.ContractMismatch },
        { "subject", RefusalReason.UnknownKind },
    };

    [Theory]
    [MemberData(nameof(Alterations))]
    public async Task A14_an_altered_message_is_refused_whatever_was_altered(string what, RefusalReason reason)
    {
        var message = await _here.WriteAsync(Body);
        Assert.IsType<Reading<OperationRequest>.Accepted>(await _there.ReadAsync(message));

        Alter(message, what);

        Assert.Equal(reason, await _there.RefusalOfAsync(message));
        Assert.Equal([reason.ToString()], _there.Refused);
    }

    [Fact]
    public async Task A14_each_bit_of_the_body_is_signed()
    {
        var message = await _here.WriteAsync(Body);
        for (var at = 0; at < Body.Length; at++)
        {
            var altered = Body.ToArray();
            altered[at] ^= 1;
            message.Body = BinaryData.FromBytes(altered);
            Assert.Equal(RefusalReason.WrongSignature, await _there.RefusalOfAsync(message));
        }
    }

    [Fact]
    public async Task What_moves_from_one_field_to_the_next_is_another_text()
    {
        var message = await _here.Writer.WriteAsync(End.Outgoing(Body) with { MessageId = "ab", OperationId = "c" }, CancellationToken.None);
        (message.MessageId, message.CorrelationId) = ("a", "bc");
        Assert.Equal(RefusalReason.WrongSignature, await _there.RefusalOfAsync(message));
    }

    [Fact]
    public async Task A14_a_message_that_another_key_of_the_same_name_has_signed_is_refused()
    {
        using var stranger = new End(_folder.Path, Key("one", 2), _time);
        Assert.Equal(RefusalReason.WrongSignature, await _there.RefusalOfAsync(await stranger.WriteAsync(Body)));
    }

    [Fact]
    public async Task A14_a_message_of_an_unknown_key_is_refused_with_the_names_of_both()
    {
        using var stranger = new End(_folder.Path, Key("other", 2), _time);
        var refused = Assert.IsType<Reading<OperationRequest>.Refused>(await _there.ReadAsync(await stranger.WriteAsync(Body)));
        Assert.Equal(RefusalReason.UnknownKey, refused.Refusal.Reason);
        Assert.Contains("'other'", refused.Refusal.Description, StringComparison.Ordinal);
        Assert.Contains("one", refused.Refusal.Description, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A14_a_message_that_was_signed_for_another_queue_is_refused() =>
        Assert.Equal(RefusalReason.WrongQueue, await _there.RefusalOfAsync(await _here.WriteAsync(Body), queue: "formae-requests-other"));

    [Fact]
    public async Task A_trace_context_travels_beside_the_signature()
    {
        const string Context = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        var message = await _here.Writer.WriteAsync(End.Outgoing(Body) with { TraceParent = Context }, CancellationToken.None);
        Assert.Equal((Context, Context), ((string)message.ApplicationProperties[MessageProperties.TraceParent], (string)message.ApplicationProperties[MessageProperties.DiagnosticId]));
        await _there.AcceptedAsync(message);
    }

    [Fact]
    public async Task The_signature_is_the_one_that_the_decision_describes()
    {
        // Written out by hand, as somebody would who knows nothing but docs/decisions/0015 and 0025.
        var message = await _here.WriteAsync(Body);
        var tag = System.Security.Cryptography.HMACSHA256.HashData(Bytes(1), Encoding.UTF8.GetBytes($"formae-name\n{End.Queue}\nc/r/create/1"))[..12];
        var name = $"c/r/create/1~{Convert.ToBase64String(tag).Replace('+', '-').Replace('/', '_')}";
        Assert.Equal(name, message.MessageId);
        var parts = new[]
        {
            "formae-message", End.Queue, "operation-request", name, "c/r/create", "application/json", "1",
            _time.GetUtcNow().ToUnixTimeMilliseconds().ToString(System.Globalization.CultureInfo.InvariantCulture), "one", Convert.ToBase64String(System.Security.Cryptography.SHA256.HashData(Body)),
        };
        var text = string.Concat(parts.Select(part => $"{Encoding.UTF8.GetByteCount(part)}:{part},"));
        var signature = System.Security.Cryptography.HMACSHA256.HashData(Bytes(1), Encoding.UTF8.GetBytes(text));
        Assert.Equal(Convert.ToBase64String(signature), message.ApplicationProperties[MessageProperties.Signature]);
    }

    private static void Alter(ServiceBusMessage message, string what)
    {
        var properties = message.ApplicationProperties;
        switch (what)
        {
            case "body": message.Body = BinaryData.FromString(message.Body.ToString().Replace("Create", "Delete", StringComparison.Ordinal)); break;
            case "message id": message.MessageId += "0"; break;
            case "operation id": message.CorrelationId = "c/r/delete"; break;
            case "content type": message.ContentType = "application/vnd.formae.claim+json"; break;
            case "queue": message.To = "formae-requests-other"; break;
            case "time": properties[MessageProperties.Time] = (long)properties[MessageProperties.Time] + 1; break;
            case "time that is none": properties[MessageProperties.Time] = long.MaxValue; break;
            case "signature": properties[MessageProperties.Signature] = Convert.ToBase64String(new byte[32]); break;
            case "signature that is no base64": properties[MessageProperties.Signature] = "%"; break;
            case "signature cut off": properties[MessageProperties.Signature] = ((string)properties[MessageProperties.Signature])[..8]; break;
            case "no signature": properties.Remove(MessageProperties.Signature); break;
            case "no time": properties.Remove(MessageProperties.Time); break;
            case "no key": properties.Remove(MessageProperties.Key); break;
            case "no contract": properties.Remove(MessageProperties.Contract); break;
            case "key": properties[MessageProperties.Key] = "other"; break;
            case "contract": properties[MessageProperties.Contract] = BusContract.Version + 1L; break;
            case "subject": message.Subject = BusContract.ReportSubject; break;
            default: throw new ArgumentOutOfRangeException(nameof(what), what, "unknown");
        }
    }

    internal static string Key(string id, byte content) => $"{id}:{Convert.ToBase64String(Bytes(content))}";

    private static byte[] Bytes(byte content) => [.. Enumerable.Repeat(content, 32)];
}
