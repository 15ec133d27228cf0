namespace Formae.Embedded.Functions;

/// <summary>NCRONTAB: second minute hour day month weekday. When both day and weekday are given, both must fit.</summary>
internal sealed class Crontab : Schedule
{
    private const int Years = 100;

    private static readonly string[] Months = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];
    private static readonly string[] Weekdays = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

    private readonly CronField _second, _minute, _hour, _day, _month, _weekday;

    private Crontab(CronField second, CronField minute, CronField hour, CronField day, CronField month, CronField weekday) =>
        (_second, _minute, _hour, _day, _month, _weekday) = (second, minute, hour, day, month, weekday);

    public static new Crontab Parse(string text)
    {
        var fields = text.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        if (fields.Length == 5)
            fields = ["0", .. fields];
        if (fields.Length != 6)
            throw new FormatException($"'{text}' has {fields.Length} fields; NCRONTAB has six (second minute hour day month weekday)");
        return new Crontab(
            CronField.Parse("second", fields[0], 0, 59),
            CronField.Parse("minute", fields[1], 0, 59),
            CronField.Parse("hour", fields[2], 0, 23),
            CronField.Parse("day", fields[3], 1, 31),
            CronField.Parse("month", fields[4], 1, 12, Months),
            CronField.Parse("weekday", fields[5], 0, 6, Weekdays));
    }

    public override DateTime? After(DateTime time)
    {
        var start = new DateTime(time.Ticks - (time.Ticks % TimeSpan.TicksPerSecond), DateTimeKind.Utc).AddSeconds(1);
        if (FirstTimeOfDay(start) is { } today && AllowsDay(start.Date))
            return start.Date + today;
        var midnight = FirstTimeOfDay(start.Date)!.Value;
        var last = start.Year > DateTime.MaxValue.Year - Years ? DateTime.MaxValue.Date : start.Date.AddYears(Years);
        for (var day = start.Date; day < last;)
        {
            day = _month.Allows(day.Month) ? day.AddDays(1) : new DateTime(day.Year, day.Month, 1, 0, 0, 0, DateTimeKind.Utc).AddMonths(1);
            if (AllowsDay(day))
                return day + midnight;
        }

        return null;
    }

    private bool AllowsDay(DateTime day) => _month.Allows(day.Month) && _day.Allows(day.Day) && _weekday.Allows((int)day.DayOfWeek);

    /// <summary>The first allowed time of day from that of <paramref name="start"/> on.</summary>
    private TimeSpan? FirstTimeOfDay(DateTime start)
    {
        if (_hour.From(start.Hour) is not { } hour)
            return null;
        var (minute, second) = hour == start.Hour ? (start.Minute, start.Second) : (0, 0);
        if (_minute.From(minute) is not { } firstMinute)
            return _hour.From(hour + 1) is { } later ? new TimeSpan(later, _minute.From(0)!.Value, _second.From(0)!.Value) : null;
        if (firstMinute > minute)
            return new TimeSpan(hour, firstMinute, _second.From(0)!.Value);
        if (_second.From(second) is { } firstSecond)
            return new TimeSpan(hour, firstMinute, firstSecond);
        if (_minute.From(minute + 1) is { } laterMinute)
            return new TimeSpan(hour, laterMinute, _second.From(0)!.Value);
        return _hour.From(hour + 1) is { } laterHour ? new TimeSpan(laterHour, _minute.From(0)!.Value, _second.From(0)!.Value) : null;
    }
}
