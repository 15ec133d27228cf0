using System.Globalization;
using Formae.Messaging.Keys;
using Formae.Protocol.Bus;

namespace Formae.Messaging;

/// <summary>The texts of refusals: what is wrong, and what to do.</summary>
internal static class Refusals
{
    private const string Retry = "If what it asks for is still wanted, have it sent again.";

    public static Refusal Unreadable(string subject, string reason) => new(RefusalReason.Unreadable,
        $"The body is no {subject}: {reason}. Its signature is in order, so whoever sent it is of another version: see that all apps have the same. Drop it.");

    public static Refusal UnknownKind(string? subject, string expected) => new(RefusalReason.UnknownKind,
        $"The subject is '{subject}'; this queue takes '{expected}' only. See who sends to it, and drop the message.");

    public static Refusal WrongQueue(string? meant, string queue) => new(RefusalReason.WrongQueue,
        $"The message was signed for the queue '{meant}' and came from '{queue}': somebody moved or copied it. See who can write to this queue, and drop the message.");

    public static Refusal Unsigned() => new(RefusalReason.WrongSignature,
        $"The message is not signed. Its sender is no app of this control plane, or has no keys: give every app the same {MessageKeys.KeysSetting} or {MessageKeys.FileSetting}. Drop it.");

    public static Refusal WrongSignature(string keyId) => new(RefusalReason.WrongSignature,
        $"The signature (key '{keyId}') does not fit the message: it was altered on its way, or signed by somebody who does not have the key. See who can write to this queue, and drop the message.");

    public static Refusal UnknownKey(string keyId, IReadOnlyList<string> known) => new(RefusalReason.UnknownKey,
        $"The message was signed with the key '{keyId}'; here are {string.Join(", ", known)}. A new key must be given to every app before the first one signs with it. Give this app the key, then have the message sent again.");

    public static Refusal Expired(DateTimeOffset at, TimeSpan validity) => new(RefusalReason.Expired,
        $"The message was valid from {Text(at)} for {validity.TotalMinutes:0} minutes: it waited for too long, or was sent a second time. The operation has gone on without it. {Retry}");

    public static Refusal NotYetValid(DateTimeOffset at, DateTimeOffset now) => new(RefusalReason.NotYetValid,
        $"The message is valid from {Text(at)} on, and it is {Text(now)} here: the clocks of two apps are more than {MessageKinds.ClockSkew.TotalMinutes:0} minutes apart, or its delivery was brought forward. Set the clocks. {Retry}");

    public static Refusal ContractMismatch(long contract) => new(RefusalReason.ContractMismatch,
        $"The message is written in contract {contract}; this app speaks contract {BusContract.Version}. Bring the older of the two apps up to date. {Retry}");

    public static Refusal PayloadMissing(string reason) => new(RefusalReason.PayloadMissing,
        $"The body was too large to travel, and what was left for it cannot be had: {reason} See that all apps have the same place for payloads. Have the operation done again.");

    public static Refusal Repeats(int deliveries) => new(RefusalReason.Repeats,
        $"The message came for the {deliveries}th time, and each time before its receiver failed or ended: the log of that app says why. When that is mended, have the message sent again.");

    private static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
