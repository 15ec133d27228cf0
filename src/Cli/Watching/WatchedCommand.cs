using Formae.Protocol.Http;

namespace Formae.Cli.Watching;

/// <summary>What is known of a command that is followed, by events and by answers. What has ended stays so, whatever is heard later of earlier times.</summary>
internal sealed class WatchedCommand
{
    private readonly Dictionary<string, int> _places = new(StringComparer.Ordinal);
    private readonly List<UpdateText> _updates = [];
    private int _total;

    /// <summary>Those that were heard of, in the order in which they were.</summary>
    public IReadOnlyList<UpdateText> Updates => _updates;

    /// <summary>How many there are, heard of or not.</summary>
    public int Total => Math.Max(_total, _updates.Count);

    /// <summary>When it, or the first of its updates that was heard of, began; null when that is not known.</summary>
    public DateTimeOffset? Started { get; private set; }

    /// <summary>Takes in a whole answer.</summary>
    /// <returns>What is new in it.</returns>
    public IReadOnlyList<UpdateText> Hear(Command command)
    {
        Began(command.StartTs);
        return [.. UpdateText.Of(command).Where(Hear)];
    }

    public void Hear(CommandProgress command) => _total = command.Total;

    /// <summary>Takes in how one update stands.</summary>
    /// <returns>Whether it is news.</returns>
    public bool Hear(UpdateText update)
    {
        Began(update.StartedAt);
        if (!_places.TryGetValue(update.Key, out var place))
        {
            _places[update.Key] = _updates.Count;
            _updates.Add(update);
            return true;
        }

        var known = _updates[place];
        if (States.IsFinal(known.State) || (update.State == States.NotStarted && known.State != States.NotStarted) || update.Attempt < known.Attempt)
            return false;
        if (known.State == update.State && (update.Attempt ?? known.Attempt) == known.Attempt && (update.Message ?? known.Message) == known.Message)
            return false;
        _updates[place] = update;
        return true;
    }

    private void Began(DateTimeOffset? at)
    {
        if (at < (Started ?? DateTimeOffset.MaxValue))
            Started = at;
    }
}
