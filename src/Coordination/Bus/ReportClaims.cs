using System.Text.Json;
using Formae.Coordination.Operations;
using Formae.Messaging.Payloads;
using Formae.Model;
using Formae.Protocol.Bus;
using Microsoft.Extensions.Logging;

namespace Formae.Coordination.Bus;

/// <summary>Reports, and values of references, that are too large for a message or for what an entity remembers: they travel as claims.</summary>
public sealed partial class ReportClaims(PayloadStore payloads, ILogger<ReportClaims> logger)
{
    /// <summary>The longest value of a reference that entities hand on themselves.</summary>
    public const int LargestValue = 16_000;

    /// <summary>The most that one entity remembers of values itself: a dozen long ones.</summary>
    public const int MostRemembered = 12 * LargestValue;

    /// <summary>What was left is not there any more. It may be asked for again.</summary>
    public static readonly Problem Gone = new() { Code = ProblemCodes.ServiceInternalError, Message = "The plugin's report was too large to travel, and what it left is gone." };

    /// <summary>The whole of a report; null when it cannot be had, which has been logged.</summary>
    public async Task<OperationReport?> OpenAsync(OperationReport report, CancellationToken cancellation)
    {
        if (report.Claim is not { } claim)
            return report;
        try
        {
            var whole = JsonSerializer.Deserialize((await payloads.GetAsync(claim, cancellation)).ToMemory().Span, BusJson.Default.OperationReport)
                ?? throw new JsonException("null is no report.");

            // What was decided was decided by the stub, which was signed.
            return report with { Properties = whole.Properties, NativeIds = whole.NativeIds, Claim = null };
        }
        catch (Exception wrong) when (wrong is PayloadException or JsonException)
        {
            LogGone(report.OperationId, wrong.Message);
            return null;
        }
    }

    /// <summary>The report was recorded, or is not needed: its payload goes.</summary>
    public Task ForgetAsync(PayloadClaim claim, CancellationToken cancellation) => payloads.DeleteAsync(claim.Name, cancellation);

    /// <summary>Leaves a value that is too large to be handed on; null for one that is not. Where there is no place to leave it, it is handed on: it came in a message.</summary>
    public Task<PayloadClaim?> LeaveAsync(JsonElement value, CancellationToken cancellation) => LeaveAsync(value, LargestValue, cancellation);

    /// <summary>Remembers what was answered; where much is remembered already, its value is left.</summary>
    public async Task RememberAsync(ReferenceAnswer answer, Dictionary<string, JsonElement> values, Dictionary<string, PayloadClaim> left, CancellationToken cancellation)
    {
        if (answer.Claim is { } claim)
        {
            left[answer.Producer] = claim;
        }
        else if (answer.Properties is { } properties)
        {
            var room = MostRemembered - values.Where(known => known.Key != answer.Producer).Sum(known => known.Value.GetRawText().Length);
            if (await LeaveAsync(properties, room, cancellation) is { } own)
                left[answer.Producer] = own;
            else
                values[answer.Producer] = properties;
        }
    }

    private async Task<PayloadClaim?> LeaveAsync(JsonElement value, int room, CancellationToken cancellation)
    {
        var bytes = JsonSerializer.SerializeToUtf8Bytes(value, BusJson.Default.JsonElement);
        if (bytes.Length <= room)
            return null;
        try
        {
            return await payloads.PutAsync(PayloadStore.Messages, bytes, cancellation);
        }
        catch (PayloadException)
        {
            return null;
        }
    }

    /// <summary>Values of references with those that were left; null when one of these is gone, which has been logged.</summary>
    public async Task<Dictionary<string, JsonElement>?> ValuesAsync(Dictionary<string, JsonElement> values, Dictionary<string, PayloadClaim> left, CancellationToken cancellation)
    {
        if (left.Count == 0)
            return values;
        var all = new Dictionary<string, JsonElement>(values, StringComparer.Ordinal);
        foreach (var (producer, claim) in left)
        {
            try
            {
                all[producer] = JsonElement.Parse((await payloads.GetAsync(claim, cancellation)).ToMemory().Span, new JsonDocumentOptions { MaxDepth = JsonText.MaxDepth });
            }
            catch (PayloadException gone)
            {
                LogValueGone(producer, gone.Message);
                return null;
            }
        }

        return all;
    }

    [LoggerMessage(EventId = 1811, Level = LogLevel.Error, Message = "The report of {OperationId} was too large to travel, and what the plugin left for it cannot be had: {Reason}")]
    private partial void LogGone(string operationId, string reason);

    [LoggerMessage(EventId = 1812, Level = LogLevel.Error, Message = "The value of {Producer}, which others refer to, was too large to be remembered, and what was left of it cannot be had: {Reason}")]
    private partial void LogValueGone(string producer, string reason);
}
