using System.Text.Json;
using Azure.Messaging.ServiceBus;
using Formae.Messaging;
using Formae.Messaging.Payloads;
using Formae.Protocol.Bus;

namespace Formae.Coordination.Bus.DeadLetters;

/// <summary>What is in a dead letter, as far as it can be read. Whoever asks says whether to trust it.</summary>
internal sealed record LetterBody
{
    private const int LongestName = 120;
    private const int MostOperations = 5;

    /// <summary>For people: names and numbers, no properties.</summary>
    public required string Summary { get; init; }

    public OperationRequest? Request { get; init; }

    /// <summary>Where the real body was left.</summary>
    public PayloadClaim? Claim { get; init; }

    public static async Task<LetterBody> ReadAsync(ServiceBusReceivedMessage letter, PayloadStore payloads, bool opensClaim, CancellationToken cancellation)
    {
        var body = letter.Body;
        PayloadClaim? claim = null;
        try
        {
            if (letter.ContentType == MessageProperties.ClaimContent)
            {
                claim = JsonSerializer.Deserialize(body.ToMemory().Span, BusJson.Default.PayloadClaim);
                if (claim is null || !opensClaim)
                    return new LetterBody { Summary = claim is null ? "A claim that cannot be read." : $"A body of {claim.Length} bytes that was left as a payload.", Claim = claim };
                body = await payloads.GetAsync(claim, cancellation);
            }

            return Of(letter.Subject, body.ToMemory().Span) with { Claim = claim };
        }
        catch (JsonException)
        {
            return new LetterBody { Summary = $"{body.ToMemory().Length} bytes that are not what such a message holds.", Claim = claim };
        }
        catch (PayloadException gone)
        {
            return new LetterBody { Summary = gone.Message, Claim = claim };
        }
    }

    private static LetterBody Of(string? subject, ReadOnlySpan<byte> body)
    {
        switch (subject)
        {
            case BusContract.RequestSubject:
                var request = JsonSerializer.Deserialize(body, BusJson.Default.OperationRequest) ?? throw new JsonException("null");
                var stack = request.Stack.Length == 0 ? "" : $" of the stack '{Short(request.Stack)}'";
                return new LetterBody { Request = request, Summary = $"{request.Verb} of '{Short(request.Label)}' ({Short(request.ResourceType)}){stack}: attempt {request.Attempt}, message {request.Sequence}." };
            case BusContract.ReportSubject:
                var reports = (JsonSerializer.Deserialize(body, BusJson.Default.OperationReports) ?? throw new JsonException("null")).Reports;
                var first = string.Join("; ", reports.Take(MostOperations).Select(report => $"{report.Status} of {Short(report.OperationId)}"));
                return new LetterBody { Summary = $"{reports.Count} {(reports.Count == 1 ? "report" : "reports")}: {first}{(reports.Count > MostOperations ? " …" : ".")}" };
            case BusContract.AnnouncementSubject:
                var announcement = JsonSerializer.Deserialize(body, BusJson.Default.PluginAnnouncement) ?? throw new JsonException("null");
                return new LetterBody { Summary = $"Plugin '{Short(announcement.Name)}' {Short(announcement.Version)} of {Short(announcement.Namespace)}." };
            default:
                return new LetterBody { Summary = $"{body.Length} bytes of an unknown kind." };
        }
    }

    private static string Short(string? text) => text is null ? "" : text.Length <= LongestName ? text : text[..LongestName] + "…";
}
