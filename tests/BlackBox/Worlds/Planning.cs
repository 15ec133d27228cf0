using Formae.BlackBox.Tests.Scripts;
using ResourceUpdate = Formae.Protocol.Http.ResourceUpdate;

namespace Formae.BlackBox.Tests.Worlds;

/// <summary>What a plan says of the inventory that it was made from, and what an update makes of its slot.</summary>
internal static class Planning
{
    /// <summary>Keeps the possibilities that fit a plan. What fits none is a contradiction.</summary>
    public static IEnumerable<string> Tell(World world, Undertaking undertaking, IReadOnlyList<ResourceUpdate> planned)
    {
        var updates = planned.Where(update => update.ResourceLabel is not null).ToLookup(update => update.ResourceLabel!, update => update.Operation, StringComparer.Ordinal);
        foreach (var place in world.Places)
        {
            var label = place.Slot.Label;
            var expected = place.ToString();
            var declared = undertaking.Declared?.GetValueOrDefault(label);
            if (place is { MayHaveStray: true, MayBeMissing: true } && updates[label].Contains("update"))
            {
                place.Adopt();
                undertaking.Adopted.Add(label);
            }

            var fits = updates[label].Any()
                ? place.Keep(content => content.IsAbsent == updates[label].All(operation => operation == "create"))
                : declared is not null ? place.Keep(content => !content.IsAbsent && Merging.Of(content, declared, undertaking.Reconciles).Equals(content))
                : !(undertaking.Reconciles && place.Slot.Stack == undertaking.Stack) || place.Keep(content => content.IsAbsent);
            if (!fits)
            {
                yield return $"Command {undertaking.CommandId} plans {(updates[label].Any() ? string.Join(" and ", updates[label]) : "nothing")} for {label}"
                    + $"{(declared is null ? "" : $" (declared as {declared})")}, which does not fit what it must find. {expected}";
            }
        }
    }

    /// <summary>What the slot holds after the update, if it is carried out.</summary>
    public static IReadOnlyCollection<Content> Wanted(Undertaking undertaking, ResourceUpdate update, Place place)
    {
        if (update.Operation == "delete")
            return [Content.Absent];
        if (undertaking.Declared?.GetValueOrDefault(place.Slot.Label) is { } declared)
        {
            var before = undertaking.Before[place.Slot.Label].Where(content => !content.IsAbsent).ToList();
            return update.Operation == "create" || before.Count == 0 ? [declared.Stored()] : [.. before.Select(content => Merging.Of(content, declared, undertaking.Reconciles)).Distinct()];
        }

        // A rollback, a reconcile on demand, or a reference that follows its producer: the command itself says what it writes; secrets it does not tell.
        if (update.Properties is not { } properties)
            return [.. place.Inventory];
        var told = Content.Of(properties);
        if (told.Secret is null)
            return [told];
        var secrets = undertaking.Before[place.Slot.Label].Concat(place.Strays).Where(content => !content.IsAbsent).Select(content => content.Secret).Distinct().ToList();
        return secrets.Count == 0 ? [told] : [.. secrets.Select(secret => told with { Secret = secret })];
    }
}
