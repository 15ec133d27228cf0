using System.Text.Json;
using Formae.Messaging.Payloads;
using Formae.Protocol.Bus;
using Microsoft.Extensions.Logging;

namespace Formae.Coordination.Bus;

/// <summary>Reports, and values of references, that are too large for a message or for what an entity remembers: they travel as claims.</summary>
public sealed partial class ReportClaims(PayloadStore payloads, ILogger<ReportClaims> logger)
{
    /// <summary>The longest value of a reference that entities hand on themselves: one entity may remember a dozen of them.</summary>
    public const int LargestValue = 16_000;

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

    /// <summary>Leaves a value that is too large to be handed on; null for one that is not.</summary>
    public async Task<PayloadClaim?> LeaveAsync(JsonElement value, CancellationToken cancellation)
    {
        var bytes = JsonSerializer.SerializeToUtf8Bytes(value, BusJson.Default.JsonElement);
        return bytes.Length <= LargestValue ? null : await payloads.PutAsync(PayloadStore.Messages, bytes, cancellation);
    }

    /// <summary>A value that was left.</summary>
    /// <exception cref="PayloadException">It is gone.</exception>
    public async Task<JsonElement> FetchAsync(PayloadClaim claim, CancellationToken cancellation) =>
        JsonElement.Parse((await payloads.GetAsync(claim, cancellation)).ToMemory().Span, new JsonDocumentOptions { MaxDepth = Model.JsonText.MaxDepth });

    [LoggerMessage(EventId = 1811, Level = LogLevel.Error, Message = "The report of {OperationId} was too large to travel, and what the plugin left for it cannot be had: {Reason}")]
    private partial void LogGone(string operationId, string reason);
}
