using Formae.Protocol.Bus;

namespace Formae.BlackBox.Tests.Scripts;

/// <summary>Draws scripts. The same profile and seed give the same script, on any machine and whatever the system under test does.</summary>
internal sealed class ScriptGenerator(Profile profile, int seed)
{
    private static readonly string[] Values = ["red", "green", "blue", "white"];
    private static readonly string[] Tags = ["s1", "s2", "s3", "s4", "s5"];
    private static readonly string[] Keys = ["k1", "k2", "k3", "k4"];
    private static readonly string[] Entities = ["x", "y", "z"];
    private static readonly string[] Items = ["i1", "i2", "i3", "i4"];

    private static readonly int[] Statuses = [403, 412, 503];

    private readonly Slots _slots = profile.Slots;
    private readonly Random _random = new(seed);
    private int _secrets;

    public static Script Draw(Profile profile, int seed) => new ScriptGenerator(profile, seed).Draw();

    private Script Draw()
    {
        var count = _random.Next(profile.Fewest, profile.Most + 1);
        var steps = new List<Step>();
        if (profile.IsChaos)
        {
            for (var stack = 0; stack < profile.Stacks; stack++)
                steps.Add(DrawApply(stack, reconciles: true, forces: false) with { Faults = [] });
            steps.Add(new Step.Verify());
        }

        for (var i = 0; i < count; i++)
            steps.Add(DrawStep(mayCrash: i > 0 && i < count - 1));
        return new Script(profile.Name, seed, steps, profile.IsChaos);
    }

    private Step DrawStep(bool mayCrash)
    {
        var stack = _random.Next(profile.Stacks);
        var kinds = !profile.IsChaos ? 5 : mayCrash ? 18 : 17;
        switch (_random.Next(kinds))
        {
            case 0 or 4 or 13:
                return DrawApply(stack, reconciles: _random.Next(2) == 0, forces: _random.Next(2) == 0);
            case 1:
                return DrawDestroy(stack);
            case 2:
                return new Step.Verify();
            case 3:
                return new Step.Synchronize(Waits: !profile.IsChaos || _random.Next(2) == 0) { Faults = profile.Fails && _random.Next(4) == 0 ? DrawFaults(_slots.In(stack), OperationVerb.Read) : [] };
            case 5:
                return new Step.ChangeInCloud(AnySlot(), $"outside-{Pick(Values)}");
            case 6:
                return new Step.DeleteInCloud(AnySlot());
            case 7:
                return new Step.CreateInCloud(_random.Next(1, 4));
            case 8:
                return new Step.Cancel(Forces: _random.Next(2) == 0);
            case 9:
                return new Step.ForceReconcile(stack);
            case 10:
                return new Step.CheckTimeToLive();
            case 11:
                return new Step.SetTimeToLive(stack, IsOver: _random.Next(2) == 0);
            case 14:
                return new Step.Poison((PoisonedQueue)_random.Next(3));
            case 12:
                return new Step.RollBack(stack, _random.Next(3));
            case 15:
                return new Step.RefuseStorage(Statuses[_random.Next(Statuses.Length)], _random.Next(1, 5));
            case 16:
                var order = DrawApply(stack, reconciles: _random.Next(2) == 0, forces: true);
                return new Step.ApplyTwice(order with { Faults = [] }, IsToldBefore: _random.Next(3) == 0) { Faults = order.Faults };
            default:
                return new Step.Crash((Victim)_random.Next(3), _random.Next(12));
        }
    }

    private Step.Apply DrawApply(int stack, bool reconciles, bool forces)
    {
        var chosen = _slots.In(stack).Where(slot => _random.Next(IsGuest(slot) ? 5 : 2) == 0).ToList();
        if (chosen.Count == 0)
            chosen.Add(_slots.In(stack).First());

        // A reconcile is the whole of a stack, so who is declared needs its ancestors declared as well. A patch may lack them, and is refused then.
        if (reconciles || _random.Next(3) > 0)
            chosen = [.. _slots.In(stack).Where(slot => chosen.Any(one => IsOrHasAncestor(one, slot)))];
        return new Step.Apply(stack, reconciles, forces, [.. chosen.Select(slot => new Draft(slot.Label, DrawContent(slot)))])
        {
            Faults = DrawFaults(_slots.In(stack), OperationVerb.Create, OperationVerb.Read, OperationVerb.Update, OperationVerb.Delete),
        };
    }

    private bool IsGuest(Slot slot) => slot.Parent is { } parent && _slots[parent].Stack != slot.Stack;

    private Step.Destroy DrawDestroy(int stack)
    {
        var share = _random.Next(1, 4);
        var chosen = _slots.In(stack).Where(_ => _random.Next(4) < share).Select(slot => slot.Label).ToList();
        return new Step.Destroy(stack, Cascades: _random.Next(2) == 0, chosen.Count > 0 ? chosen : [_slots.In(stack).First().Label]) { Faults = DrawFaults(_slots.In(stack), OperationVerb.Delete) };
    }

    private bool IsOrHasAncestor(Slot slot, Slot ancestor) =>
        slot.Label == ancestor.Label || (slot.Parent is { } parent && _slots[parent].Stack == slot.Stack && IsOrHasAncestor(_slots[parent], ancestor));

    private Content DrawContent(Slot slot) => slot.Kind == SlotKind.Secret
        ? new Content(Maybe(() => Pick(Values)), null, Maybe(DrawEntities), null, $"{Content.SecretMark}-{seed}-{_secrets++}")
        : new Content(Maybe(() => Pick(Values)), Maybe(() => Some(Tags)), Maybe(DrawEntities), Maybe(() => Shuffled(Items)), null);

    private IReadOnlyDictionary<string, string> DrawEntities() => Some(Keys).ToDictionary(key => key, _ => Pick(Entities));

    /// <summary>For each object and verb: 75 % go through, some of them late, 10 % are throttled for a while, 10 % are denied once, 5 % are throttled for longer than is tried.</summary>
    private IReadOnlyList<Fault> DrawFaults(IEnumerable<Slot> slots, params OperationVerb[] verbs)
    {
        if (!profile.Fails)
            return [];
        var faults = new List<Fault>();
        foreach (var slot in slots)
        {
            foreach (var verb in verbs)
            {
                var codes = _random.Next(100) switch
                {
                    < 70 => 0,
                    < 75 => -2,
                    < 85 => _random.Next(1, 4),
                    < 95 => -1,
                    _ => 4,
                };
                if (codes != 0)
                    faults.Add(new Fault(slot.Label, verb, codes < 0 ? [codes == -1 ? "AccessDenied" : Fault.Slow] : [.. Enumerable.Repeat("Throttling", codes)]));
            }
        }

        return faults;
    }

    private string AnySlot() => _slots.All[_random.Next(_slots.All.Count)].Label;

    private T? Maybe<T>(Func<T> draw) where T : class => _random.Next(4) == 0 ? null : draw();

    private string Pick(string[] words) => words[_random.Next(words.Length)];

    private IReadOnlyList<string> Some(string[] words) => [.. words.Where(_ => _random.Next(2) == 0)];

    private IReadOnlyList<string> Shuffled(string[] words)
    {
        var shuffled = words.ToArray();
        _random.Shuffle(shuffled);
        return shuffled[.._random.Next(words.Length + 1)];
    }
}
