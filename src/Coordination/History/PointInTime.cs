using System.Globalization;
using Formae.Model;

namespace Formae.Coordination.History;

/// <summary>To where a stack is rolled back: right after a command, or a time.</summary>
public abstract record PointInTime
{
    private PointInTime()
    {
    }

    public sealed record AfterCommand(string CommandId) : PointInTime;

    public sealed record At(DateTimeOffset Time) : PointInTime;

    /// <summary>A command's id, a time in RFC 3339 with its offset, or how long ago: <c>90s</c>, <c>15m</c>, <c>2h</c>, <c>7d</c>. Null for anything else.</summary>
    public static PointInTime? Parse(string text, DateTimeOffset now)
    {
        if (Ksuid.IsValid(text))
            return new AfterCommand(text);
        if (text.Length > 1 && int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var count) && UnitOf(text[^1]) is { } unit)
            return now.UtcTicks / unit.Ticks < count ? null : new At(now - unit * count);
        return text.Contains('T', StringComparison.OrdinalIgnoreCase) && (text[^1] is 'Z' or 'z' || text.LastIndexOfAny(['+', '-']) > text.IndexOf('T', StringComparison.OrdinalIgnoreCase))
            && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? new At(time) : null;
    }

    private static TimeSpan? UnitOf(char letter) => letter switch
    {
        's' => TimeSpan.FromSeconds(1),
        'm' => TimeSpan.FromMinutes(1),
        'h' => TimeSpan.FromHours(1),
        'd' => TimeSpan.FromDays(1),
        _ => null,
    };
}
