using System.Globalization;
using Formae.Protocol.Http;

namespace Formae.Client;

// Looking after the control plane itself.
public sealed partial class FormaeClient
{
    /// <summary>One look at everything that can be wrong. Needs the role reader.</summary>
    /// <param name="cancellation">Gives up.</param>
    public Task<DoctorReport> ExamineAsync(CancellationToken cancellation = default) => GetAsync("admin/doctor", HttpJson.Default.DoctorReport, cancellation);

    /// <summary>A page of the messages that nobody took, queue by queue. Needs the role reader.</summary>
    /// <param name="queue">Only those of this queue. Default: all.</param>
    /// <param name="max">1 to 200. Default 50.</param>
    /// <param name="next">What the page before has under <see cref="DeadLetterList.Next"/>. Default null: the first page.</param>
    /// <param name="cancellation">Gives up.</param>
    public Task<DeadLetterList> GetDeadLettersAsync(string? queue = null, int max = 50, string? next = null, CancellationToken cancellation = default) =>
        GetAsync($"admin/deadletters?max_results={max.ToString(CultureInfo.InvariantCulture)}{Parameter("queue", queue)}{Parameter("continuation", next)}", HttpJson.Default.DeadLetterList, cancellation);

    /// <summary>One message that nobody took. Needs the role reader.</summary>
    /// <param name="queue">Its queue.</param>
    /// <param name="sequence">Its <see cref="DeadLetter.SequenceNumber"/>.</param>
    /// <param name="cancellation">Gives up.</param>
    public Task<DeadLetter> GetDeadLetterAsync(string queue, long sequence, CancellationToken cancellation = default) => LetterAsync(HttpMethod.Get, queue, sequence, "", cancellation);

    /// <summary>Sends a message again. Needs the role admin. Refused with <c>DeadLetterRefused</c> for one that is not ours or that nobody waits for.</summary>
    /// <param name="queue">Its queue.</param>
    /// <param name="sequence">Its <see cref="DeadLetter.SequenceNumber"/>.</param>
    /// <param name="cancellation">Gives up waiting for the answer.</param>
    /// <returns>The message as it was.</returns>
    public Task<DeadLetter> RetryDeadLetterAsync(string queue, long sequence, CancellationToken cancellation = default) => LetterAsync(HttpMethod.Post, queue, sequence, "/retry", cancellation);

    /// <summary>Removes a message for good. Needs the role admin.</summary>
    /// <param name="queue">Its queue.</param>
    /// <param name="sequence">Its <see cref="DeadLetter.SequenceNumber"/>.</param>
    /// <param name="cancellation">Gives up waiting for the answer.</param>
    /// <returns>The message as it was.</returns>
    public Task<DeadLetter> DropDeadLetterAsync(string queue, long sequence, CancellationToken cancellation = default) => LetterAsync(HttpMethod.Delete, queue, sequence, "", cancellation);

    private async Task<DeadLetter> LetterAsync(HttpMethod method, string queue, long sequence, string what, CancellationToken cancellation)
    {
        using var message = new HttpRequestMessage(method, $"{Root}admin/deadletters/{Uri.EscapeDataString(queue)}/{sequence.ToString(CultureInfo.InvariantCulture)}{what}");
        return (await SendAsync(message, HttpJson.Default.DeadLetterList, cancellation)).DeadLetters is [var letter, ..]
            ? letter
            : throw new FormaeApiException(404, new ErrorResponse { Error = ErrorCodes.NotFound, Message = $"The queue '{queue}' has no dead letter {sequence}." });
    }
}
