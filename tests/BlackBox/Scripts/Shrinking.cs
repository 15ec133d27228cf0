namespace Formae.BlackBox.Tests.Scripts;

/// <summary>Scripts that are smaller than another one and still scripts, those that leave out most first.</summary>
internal static class Shrinking
{
    public static IEnumerable<Script> Smaller(Script script)
    {
        if (script.HasWeather)
            yield return script with { HasWeather = false };
        foreach (var steps in WithoutSteps(script.Steps))
            yield return script with { Steps = steps };
        foreach (var label in script.Steps.SelectMany(LabelsOf).Distinct(StringComparer.Ordinal).ToList())
            yield return script with { Steps = [.. script.Steps.Select(step => Without(step, label)).OfType<Step>()] };
        if (script.Steps.Any(step => step.Faults.Count > 0))
            yield return script with { Steps = [.. script.Steps.Select(step => step with { Faults = [] })] };
        for (var i = 0; i < script.Steps.Count; i++)
        {
            foreach (var simpler in Simpler(script.Steps[i]))
                yield return script with { Steps = [.. script.Steps.Select((step, place) => place == i ? simpler : step)] };
        }
    }

    // Halves first, then quarters, down to single steps.
    private static IEnumerable<IReadOnlyList<Step>> WithoutSteps(IReadOnlyList<Step> steps)
    {
        for (var length = Math.Max(1, steps.Count / 2); ; length /= 2)
        {
            for (var start = 0; start < steps.Count && steps.Count > 1; start += length)
                yield return [.. steps.Take(start), .. steps.Skip(start + length)];
            if (length == 1)
                yield break;
        }
    }

    private static IEnumerable<string> LabelsOf(Step step) => step switch
    {
        Step.Apply apply => apply.Resources.Select(draft => draft.Slot),
        Step.ApplyTwice twice => LabelsOf(twice.Order),
        Step.Destroy destroy => destroy.Labels,
        Step.ChangeInCloud change => [change.Slot],
        Step.DeleteInCloud delete => [delete.Slot],
        _ => [],
    };

    /// <summary>The step without a slot, everywhere; null where nothing is left of it.</summary>
    private static Step? Without(Step step, string label)
    {
        var rest = step with { Faults = [.. step.Faults.Where(fault => fault.Slot != label)] };
        return rest switch
        {
            Step.Apply apply => apply.Resources.Where(draft => draft.Slot != label).ToList() is { Count: > 0 } left ? apply with { Resources = left } : null,
            Step.ApplyTwice twice => Without(twice.Order, label) is Step.Apply order ? twice with { Order = order } : null,
            Step.Destroy destroy => destroy.Labels.Where(one => one != label).ToList() is { Count: > 0 } left ? destroy with { Labels = left } : null,
            Step.ChangeInCloud change when change.Slot == label => null,
            Step.DeleteInCloud delete when delete.Slot == label => null,
            _ => rest,
        };
    }

    private static IEnumerable<Step> Simpler(Step step)
    {
        for (var i = 0; i < step.Faults.Count; i++)
            yield return step with { Faults = [.. step.Faults.Where((_, place) => place != i)] };
        switch (step)
        {
            case Step.Apply apply:
                for (var i = 0; i < apply.Resources.Count && apply.Resources.Count > 1; i++)
                    yield return apply with { Resources = [.. apply.Resources.Where((_, place) => place != i)] };
                for (var i = 0; i < apply.Resources.Count; i++)
                {
                    foreach (var content in Simpler(apply.Resources[i].Content))
                        yield return apply with { Resources = [.. apply.Resources.Select((draft, place) => place == i ? draft with { Content = content } : draft)] };
                }

                break;
            case Step.ApplyTwice twice:
                yield return twice.Order with { Faults = twice.Faults };
                foreach (var order in Simpler(twice.Order).OfType<Step.Apply>())
                    yield return twice with { Order = order };
                break;
            case Step.RefuseStorage { Times: > 1 } refuse:
                yield return refuse with { Times = refuse.Times / 2 };
                break;
            case Step.Destroy destroy:
                for (var i = 0; i < destroy.Labels.Count && destroy.Labels.Count > 1; i++)
                    yield return destroy with { Labels = [.. destroy.Labels.Where((_, place) => place != i)] };
                break;
            case Step.Crash { AfterMessages: > 0 } crash:
                yield return crash with { AfterMessages = crash.AfterMessages / 2 };
                break;
            case Step.CreateInCloud { Count: > 1 }:
                yield return new Step.CreateInCloud(1);
                break;
        }
    }

    private static IEnumerable<Content> Simpler(Content content)
    {
        if (content.Set is not null)
            yield return content with { Set = null };
        if (content.Entities is not null)
            yield return content with { Entities = null };
        if (content.Items is not null)
            yield return content with { Items = null };
        if (content.Value is not null && (content.Set ?? content.Items ?? (object?)content.Entities) is null)
            yield return content with { Value = null };
    }
}
