using System.Globalization;
using Formae.Protocol.Http;

namespace Formae.Coordination.Progress;

/// <summary>
/// A place in what is told of a command, the same for every process: a row of the journal and a place in it, or behind the journal (<see cref="Rest"/>) a place among
/// the command's updates.
/// </summary>
public readonly record struct EventPosition(long Row, int Place) : IComparable<EventPosition>
{
    /// <summary>Behind the journal: what it did not tell and the rows say once the command is final.</summary>
    public const long Rest = long.MaxValue;

    private const string RestText = "rest";

    /// <summary>Before everything.</summary>
    public static EventPosition Start => default;

    /// <summary>Behind everything.</summary>
    public static EventPosition End { get; } = new(Rest, int.MaxValue);

    public static bool TryParse(string text, out EventPosition position)
    {
        position = End;
        if (text == CommandEvent.EndId)
            return true;
        if (text.Split('.') is not [var row, var place] || !int.TryParse(place, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            return false;
        var isRest = row == RestText;
        long parsed = 0;
        if (!isRest && !long.TryParse(row, NumberStyles.None, CultureInfo.InvariantCulture, out parsed))
            return false;
        position = new EventPosition(isRest ? Rest : parsed, number);
        return true;
    }

    public int CompareTo(EventPosition other) => Row == other.Row ? Place.CompareTo(other.Place) : Row.CompareTo(other.Row);

    public override string ToString() =>
        this == End ? CommandEvent.EndId : string.Create(CultureInfo.InvariantCulture, $"{(Row == Rest ? RestText : Row.ToString(CultureInfo.InvariantCulture))}.{Place}");
}
