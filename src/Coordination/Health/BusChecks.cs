using Formae.Coordination.Bus.DeadLetters;
using Formae.Messaging;
using Formae.Messaging.Keys;
using Formae.Protocol.Http;

namespace Formae.Coordination.Health;

/// <summary>The bus: whether it answers, whether messages are signed, and what nobody took.</summary>
public sealed class BusChecks(DeadLetterBox letters, MessageKeys keys)
{
    private const string Look = "formae deadletter list";

    public async Task<IReadOnlyList<DoctorCheck>> ReachAsync(CancellationToken cancellation)
    {
        // A look takes nothing, and needs what everything else needs: a connection and the right to listen.
        await letters.ListAsync(Protocol.Bus.BusContract.ReportQueue, new Queries.Page(1, null), cancellation);
        return [new DoctorCheck { Name = "bus", Detail = "The queue of the reports answers." }];
    }

    public Task<IReadOnlyList<DoctorCheck>> SigningAsync(CancellationToken cancellation) => Task.FromResult<IReadOnlyList<DoctorCheck>>(
    [
        keys.Signing is { } signing
            ? new DoctorCheck { Name = "signing", Detail = $"Messages are signed with the key '{signing.Id}'; {keys.Ids.Count} {(keys.Ids.Count == 1 ? "key verifies" : "keys verify")}." }
            : new DoctorCheck
            {
                Name = "signing",
                Verdict = Verdicts.Warn,
                Detail = "Messages are not signed: whoever reaches the bus commands the plugins.",
                Advice = $"Give every app the same {MessageKeys.KeysSetting} or {MessageKeys.FileSetting}.",
            },
    ]);

    public async Task<IReadOnlyList<DoctorCheck>> DeadLettersAsync(CancellationToken cancellation)
    {
        var counts = await letters.CountAsync(cancellation);
        if (counts.Count == 0)
            return [new DoctorCheck { Name = "dead letters", Detail = "There are none." }];
        return [.. counts.Select(count => new DoctorCheck
        {
            Name = $"dead letters: {count.Key}",
            Verdict = IsAttack(count.Key) ? Verdicts.Fail : Verdicts.Warn,
            Detail = $"{(count.Value >= DeadLetterBox.MostCounted ? $"{count.Value} or more messages were" : count.Value == 1 ? "1 message was" : $"{count.Value} messages were")} not taken ({count.Key}).",
            Advice = $"{Look} shows them; docs/errors.md says of each reason what to do.",
        })];
    }

    /// <summary>These never come of themselves: somebody else writes to the bus, or apps have different keys and cannot work together.</summary>
    private static bool IsAttack(string reason) => reason is nameof(RefusalReason.WrongSignature) or nameof(RefusalReason.UnknownKey) or nameof(RefusalReason.WrongQueue);
}
