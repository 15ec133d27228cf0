using System.Globalization;
using Formae.Coordination.Storage;
using Formae.Protocol.Http;
using Microsoft.Extensions.Configuration;

namespace Formae.Coordination.Health;

/// <summary>Where everything is kept: whether it can be written, whose clock it has, and on one machine how much room is left.</summary>
public sealed class StorageChecks(StorageClock clock, IConfiguration configuration, TimeProvider time)
{
    private static readonly TimeSpan SmallSkew = TimeSpan.FromSeconds(5);

    /// <summary>Messages are refused from here on.</summary>
    private static readonly TimeSpan LargeSkew = Messaging.MessageKinds.ClockSkew;

    private const long LittleRoom = 1L << 30;
    private const long NoRoom = 100L << 20;

    public async Task<IReadOnlyList<DoctorCheck>> ReachAsync(CancellationToken cancellation)
    {
        var before = time.GetUtcNow();
        var began = time.GetTimestamp();
        var theirs = await clock.NowAsync(cancellation);
        var took = time.GetElapsedTime(began);

        // It was read somewhere in between.
        var skew = theirs < before ? before - theirs : theirs > before + took ? theirs - (before + took) : TimeSpan.Zero;
        return
        [
            new DoctorCheck { Name = "storage", Detail = string.Create(CultureInfo.InvariantCulture, $"A row was written, read and removed in {took.TotalMilliseconds:0} ms.") },
            skew < SmallSkew
                ? new DoctorCheck { Name = "clock", Detail = "The clocks of the coordinator and of storage agree." }
                : new DoctorCheck
                {
                    Name = "clock",
                    Verdict = skew < LargeSkew ? Verdicts.Warn : Verdicts.Fail,
                    Detail = $"The clocks of the coordinator and of storage are {Doctor.Text(skew)} apart.",
                    Advice = $"Set the coordinator's clock. From {Doctor.Text(LargeSkew)} on messages are refused.",
                },
        ];
    }

    /// <summary>Only where the tables are files of this machine.</summary>
    public Task<IReadOnlyList<DoctorCheck>> DiskAsync(CancellationToken cancellation)
    {
        const string Local = "TableEndpoint=file:";
        if (configuration["FormaeStorage"] is not { } connection || !connection.StartsWith(Local, StringComparison.OrdinalIgnoreCase) || !Uri.TryCreate(connection["TableEndpoint=".Length..].Split(';')[0], UriKind.Absolute, out var file))
            return Task.FromResult<IReadOnlyList<DoctorCheck>>([]);
        var folder = Path.GetDirectoryName(file.LocalPath)!;
        var free = new DriveInfo(folder).AvailableFreeSpace;
        return Task.FromResult<IReadOnlyList<DoctorCheck>>(
        [
            new DoctorCheck
            {
                Name = "disk",
                Verdict = free < NoRoom ? Verdicts.Fail : free < LittleRoom ? Verdicts.Warn : Verdicts.Ok,
                Detail = string.Create(CultureInfo.InvariantCulture, $"{free / (double)(1L << 30):0.0} GiB are free where {folder} is."),
                Advice = free < LittleRoom ? "Make room: when the disk is full nothing can be recorded any more." : null,
            },
        ]);
    }
}
