using Formae.BlackBox.Tests.Scripts;
using Formae.Model;
using Formae.Protocol.Http;
using ResourceUpdate = Formae.Protocol.Http.ResourceUpdate;

namespace Formae.BlackBox.Tests.Worlds;

/// <summary>
/// What must be true of the system, told by what was asked of it, by what it said of the end of each update, and by what was done behind its back. The inventory
/// that it judges is never read here.
/// <para>
/// An update that succeeded makes its slot what the document says; one that did not leaves it as it was. Where a command was disturbed (by a crash, a forced cancel,
/// messages that come twice) a failed update may have been done all the same: then both are possible, until the next plan or the next synchronisation tells.
/// </para>
/// </summary>
internal sealed class World(Profile profile)
{
    private readonly Slots _slots = profile.Slots;
    private readonly Dictionary<string, Place> _places = profile.Slots.All.ToDictionary(slot => slot.Label, slot => new Place(slot), StringComparer.Ordinal);
    private readonly bool[] _isDrifted = new bool[profile.Stacks];
    private readonly List<Undertaking> _running = [];
    private bool _isObserved;

    public IEnumerable<Place> Places => _places.Values;

    public Slots Slots => _slots;

    public IReadOnlyList<Undertaking> Running => _running;

    public Place this[string label] => _places[label];

    public Place? Find(string? label) => label is null ? null : _places.GetValueOrDefault(label);

    public IEnumerable<Place> In(int stack) => _slots.In(stack).Select(slot => _places[slot.Label]);

    /// <summary>Whether a slot may be in the inventory right now, in whatever state.</summary>
    public bool MayBeThere(string label) => _places[label] is var place && (place.MayBeThere || place.MayHaveStray || IsInFlux(label));

    public bool MayBeMissing(string label) => _places[label].MayBeMissing || IsInFlux(label);

    private bool IsInFlux(string label) => _running.Any(undertaking => undertaking.MayChange(_slots[label]));

    /// <summary>Whether something was written to the stack since its last reconcile, or may have been.</summary>
    public bool IsDrifted(int stack) => _isDrifted[stack];

    /// <summary>A command was accepted: its plan tells what the inventory held.</summary>
    /// <param name="planned">The updates of its plan; null where the answer was lost.</param>
    public IEnumerable<string> Begin(Undertaking undertaking, IReadOnlyList<ResourceUpdate>? planned)
    {
        var problems = planned is null ? [] : Planning.Tell(this, undertaking, planned).ToList();
        foreach (var place in Places)
            undertaking.Before[place.Slot.Label] = [.. place.Inventory];
        undertaking.IsObserved = _isObserved;
        _running.Add(undertaking);
        MayHaveStrays |= undertaking.IsDisturbed;
        foreach (var one in _running.Where(_ => _running.Count > 1))
            one.IsAccompanied = true;
        return problems;
    }

    /// <summary>A command has ended.</summary>
    public IEnumerable<string> End(Undertaking undertaking, Command command)
    {
        _running.Remove(undertaking);
        var problems = new List<string>();
        foreach (var update in (command.ResourceUpdates ?? []).OrderBy(update => update.Operation == "delete" ? 0 : 1))
        {
            if (Find(update.ResourceLabel) is not { } place)
            {
                problems.Add($"Command {command.CommandId} has an update of {update.ResourceLabel}, which nobody declared.");
                continue;
            }

            problems.AddRange(Failures.Unexplained(this, undertaking, command, update, place, profile));
            Take(undertaking, update, place);
        }

        foreach (var (label, change) in undertaking.Outside)
            _places[label].MayBecome([.. _places[label].Cloud.Select(change)]);
        NoteDrift(undertaking, command);
        if (undertaking.IsObserved || _isObserved)
            Blur();
        return problems;
    }

    /// <summary>A command was told to end, or at once.</summary>
    public void Cancel(Undertaking undertaking, bool forces)
    {
        undertaking.IsCanceled = true;
        undertaking.IsForced |= forces;
        MayHaveStrays |= forces;
    }

    /// <summary>A command will not hear of its creates in time.</summary>
    public void GiveUp(string commandId)
    {
        foreach (var undertaking in _running.Where(undertaking => undertaking.CommandId == commandId))
            (undertaking.IsDisturbed, undertaking.IsGivenUp) = (true, true);
        MayHaveStrays = true;
    }

    /// <summary>Somebody changed an object in the cloud, which the test was.</summary>
    public void ChangeOutside(string label, Func<Content, Content> change)
    {
        var concerned = _running.ToList();
        _places[label].ChangeOutside(change, isCertain: concerned.Count == 0);
        foreach (var undertaking in concerned)
            undertaking.Outside.Add((label, change));
        if (_isObserved)
            Blur();
    }

    /// <summary>No message is under way any more: what was given up has happened by now, or never will.</summary>
    public void Settle()
    {
        foreach (var place in Places)
            place.Settle();
    }

    public bool HasLooseEnds => Places.Any(place => place.HasLooseEnds);

    /// <summary>Whether an object may be kept as unmanaged, because its create was given up.</summary>
    public bool MayHaveStrays { get; private set; }

    public void DisturbAll()
    {
        foreach (var undertaking in _running)
            undertaking.IsDisturbed = true;
        MayHaveStrays |= _running.Count > 0;
    }

    public void BeginSynchronization()
    {
        _isObserved = true;
        foreach (var undertaking in _running)
            undertaking.IsObserved = true;
        Blur();
    }

    /// <param name="isCertain">Whether everything was seen: nothing ran meanwhile, and nothing stood in the way.</param>
    public void EndSynchronization(bool isCertain)
    {
        Blur();
        _isObserved = false;
        if (!isCertain)
            return;
        foreach (var place in Places)
        {
            // What is not in the inventory is not looked at: discovery is not there yet.
            if (!place.MayBeThere)
                continue;
            if (place.MayBeMissing)
                place.Observe(isCertain: false);
            else
                place.Observe(isCertain: true);
        }
    }

    /// <summary>The inventory was told of some of what may be in the cloud, and nobody knows of what.</summary>
    private void Blur()
    {
        foreach (var place in Places.Where(place => place.MayBeThere && place.MayHaveDrifted))
        {
            place.Observe(isCertain: false);
            _isDrifted[place.Slot.Stack] = true;
        }
    }

    private void Take(Undertaking undertaking, ResourceUpdate update, Place place)
    {
        var wanted = Planning.Wanted(undertaking, update, place);
        if (update.Operation == "create" && (undertaking.IsGivenUp || undertaking.IsForced || (undertaking.IsDisturbed && update.State != States.Success)))
            place.Stray(wanted);
        if (update.State != States.Success && undertaking.Adopted.Contains(place.Slot.Label))
            place.MayBecome([Content.Absent]);
        if (update.State == States.Success)
            place.Become(wanted);
        else if (undertaking.IsDisturbed || (undertaking.IsForced && update.State == States.Canceled))
            place.Loosen(wanted);
    }

    private void NoteDrift(Undertaking undertaking, Command command)
    {
        var written = (command.ResourceUpdates ?? []).Where(update => update.State == States.Success || undertaking.IsDisturbed).ToList();
        foreach (var stack in written.Select(update => Find(update.ResourceLabel)?.Slot.Stack).OfType<int>().Distinct())
            _isDrifted[stack] = !undertaking.Reconciles || stack != undertaking.Stack || undertaking.IsDisturbed || undertaking.IsObserved;
    }
}
