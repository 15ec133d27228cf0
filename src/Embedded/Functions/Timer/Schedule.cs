using System.Globalization;

namespace Formae.Embedded.Functions;

/// <summary>When a timer is due; all times are UTC.</summary>
internal abstract class Schedule
{
    /// <summary>The first time after <paramref name="time"/>; null when there is none within the next years.</summary>
    public abstract DateTime? After(DateTime time);

    /// <exception cref="FormatException">The text is neither a time span nor NCRONTAB; the message says what is wrong.</exception>
    public static Schedule Parse(string text)
    {
        if (text.Contains(':') && TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var interval))
            return interval > TimeSpan.Zero ? new Interval(interval) : throw new FormatException($"the interval '{text}' is not positive");
        return Crontab.Parse(text);
    }

    private sealed class Interval(TimeSpan length) : Schedule
    {
        public override DateTime? After(DateTime time) => time + length;
    }
}
