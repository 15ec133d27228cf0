using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using Formae.Model;

namespace Formae.Engine.Tests.Diff;

/// <summary>
/// What holds of every diff, over random types and properties. A failure prints the smallest case that fails and the seed.
/// </summary>
public sealed class DiffPropertyTests
{
    private const int Cases = 1000;

    public static TheoryData<DiffMode> Modes => [DiffMode.Exact, DiffMode.EnsureExists];

    [Theory, MemberData(nameof(Modes))]
    public void Applying_the_patch_leads_to_what_is_declared_and_leaves_the_rest(DiffMode mode) => Holds(given =>
    {
        var diff = Diff(given, mode);
        return new DiffModel(mode).Check(given, Applied(given, diff)) is { } wrong ? $"{wrong}{Environment.NewLine}patch: {diff.Patch(PatchValues.Stored)}" : null;
    });

    [Theory, MemberData(nameof(Modes))]
    public void A_second_diff_is_empty(DiffMode mode) => Holds(given =>
    {
        var first = Diff(given, mode);
        var again = Diff(given with { Actual = Applied(given, first) }, mode);
        return again.IsEmpty ? null : $"patch: {first.Patch(PatchValues.Stored)}{Environment.NewLine}again: {again.Patch(PatchValues.Stored)}";
    });

    [Theory, MemberData(nameof(Modes))]
    public void Where_all_is_as_declared_there_is_no_operation(DiffMode mode) => Holds(given =>
        new DiffModel(mode).Check(given, given.Actual) is null && Diff(given, mode) is { IsEmpty: false } diff ? $"patch: {diff.Patch(PatchValues.Stored)}" : null);

    [Theory, MemberData(nameof(Modes))]
    public void Order_and_repetition_in_sets_and_the_spelling_of_values_never_matter(DiffMode mode) => Holds(given =>
    {
        var other = new DiffCases(new System.Random(given.ToString().Length));
        var same = Diff(given with { Desired = other.Respelled(given.Actual, given.Fields) }, mode);
        if (!same.IsEmpty)
            return $"the same in another order: {same.Patch(PatchValues.Stored)}";
        var respelled = given with { Actual = other.Respelled(given.Actual, given.Fields), Desired = other.Respelled(given.Desired, given.Fields) };
        return Diff(given, mode).IsEmpty == Diff(respelled, mode).IsEmpty ? null : $"another decision for {respelled}";
    });

    [Theory, MemberData(nameof(Modes))]
    public void No_operation_touches_what_nobody_mentioned(DiffMode mode) => Holds(given =>
    {
        foreach (var operation in Operations(Diff(given, mode).Patch(PatchValues.Stored)))
        {
            JsonNode? said = given.Desired;
            var field = given.Root;
            foreach (var step in operation.Path.Split('/').Skip(1))
            {
                if (said is not JsonObject value)
                    break;
                field = field!.Find(step);
                if (!value.TryGetPropertyValue(step, out said) || said is null)
                {
                    var isEntitySet = mode == DiffMode.Exact && operation.Verb == "remove" && field is { Kind: FieldKind.Entities, Flags.HasProviderDefault: false };
                    if (!isEntitySet)
                        return $"{operation.Verb} {operation.Path}";
                }

                if (field is null)
                    return said is not null ? null : $"{operation.Path} is no field";
            }
        }

        return null;
    });

    [Theory, MemberData(nameof(Modes))]
    public void A_replace_is_for_what_is_at_or_below_a_create_only_field_and_for_nothing_else(DiffMode mode) => Holds(given =>
    {
        var diff = Diff(given, mode);
        var forcing = Operations(diff.CreateOnlyPatch(PatchValues.Stored)).ToHashSet();
        foreach (var operation in Operations(diff.Patch(PatchValues.Stored)))
        {
            var (isBelow, isResent) = (false, false);
            var field = given.Root;
            foreach (var step in operation.Path.Split('/').Skip(1))
            {
                if (field!.IsList && int.TryParse(step, CultureInfo.InvariantCulture, out _))
                    continue;
                field = field.Find(step);
                if (field is null)
                    break;
                isBelow |= field.Flags.CreateOnly;
                isResent = field.Flags.RequiredOnUpdate && operation.Verb == "add";
            }

            if (forcing.Contains(operation) != isBelow && !isResent)
                return $"{operation.Verb} {operation.Path}: below a create-only field {isBelow}";
        }

        return diff.NeedsReplace == forcing.Count > 0 ? null : "the patch that forces a replace does not fit the decision";
    });

    [Theory, MemberData(nameof(Modes))]
    public void A_preview_shows_no_secret_and_an_equal_secret_is_no_change(DiffMode mode) => Holds(given =>
    {
        var diff = Diff(given, mode);
        if (diff.Patch(PatchValues.Preview).GetRawText().Contains(DiffCase.PlainSecret, StringComparison.Ordinal)
            || diff.CreateOnlyPatch(PatchValues.Preview).GetRawText().Contains(DiffCase.PlainSecret, StringComparison.Ordinal))
            return $"shown: {diff.Patch(PatchValues.Preview)}";
        var silent = (JsonObject)given.Desired.DeepClone();
        foreach (var field in given.Fields.Where(field => field.Kind == FieldKind.Secret))
        {
            if (given.Actual[field.Name] is JsonObject && DiffModel.Meaning(given.Actual[field.Name], field) == DiffModel.Meaning(silent[field.Name], field))
                silent.Remove(field.Name);
        }

        var without = Diff(given with { Desired = silent }, mode);
        return diff.IsEmpty == without.IsEmpty && diff.NeedsReplace == without.NeedsReplace ? null : $"an equal secret makes a change: {diff.Patch(PatchValues.Preview)}";
    });

    [Theory, MemberData(nameof(Modes))]
    public void What_every_update_needs_is_in_every_patch_and_makes_none(DiffMode mode) => Holds(given =>
    {
        var operations = Operations(Diff(given, mode).Patch(PatchValues.Stored)).ToList();
        var relaxed = Diff(given with { Fields = [.. given.Fields.Select(Relaxed)] }, mode);
        if (operations.Count == 0 != relaxed.IsEmpty)
            return "a field that is only sent along makes a difference";
        foreach (var field in given.Fields.Where(field => operations.Count > 0 && field.Flags is { RequiredOnUpdate: true } and not { CreateOnly: true, WriteOnly: true }))
        {
            var said = given.Desired[field.Name];
            var isSent = operations.Any(operation => operation.Path == "/" + field.Name && operation.Verb == "add") || operations.Any(operation => operation.Path.StartsWith("/" + field.Name, StringComparison.Ordinal) && IsBelowCreateOnly(given, operation.Path));
            if (!DiffModel.IsNothing(said) && !DiffModel.IsSilent(said) && DiffModel.Meaning(said, field).Length > 0 && !isSent)
                return $"{field.Name} is not sent along";
        }

        return null;

        static Field Relaxed(Field field) => field with { Flags = field.Flags with { RequiredOnUpdate = false }, Fields = [.. field.Fields.Select(Relaxed)] };
    });

    [Fact]
    public void Equal_properties_differ_in_nothing() => Holds(given =>
    {
        if (given.Fields.Any(IsUnread))
            return null;
        var same = PropertyComparison.Equal(given.Stored, given.Declared, given.Schema);
        if (!PropertyComparison.Equal(given.Stored, given.Stored, given.Schema) || same != PropertyComparison.Equal(given.Declared, given.Stored, given.Schema))
            return "the comparison is no equivalence";
        return !same || Diff(given, DiffMode.Exact).IsEmpty ? null : $"equal, and still {Diff(given, DiffMode.Exact).Patch(PatchValues.Stored)}";

        static bool IsUnread(Field field) => field.Flags.WriteOnly || field.Fields.Any(IsUnread);
    });

    private static bool IsBelowCreateOnly(DiffCase given, string path)
    {
        var field = given.Root;
        foreach (var step in path.Split('/').Skip(1))
        {
            if (field!.IsList && int.TryParse(step, CultureInfo.InvariantCulture, out _))
                continue;
            field = field.Find(step);
            if (field is null)
                return false;
            if (field.Flags.CreateOnly)
                return true;
        }

        return false;
    }

    private static PropertyDiff Diff(DiffCase given, DiffMode mode) => PropertyDiff.Between(given.Stored, given.Declared, given.Schema, mode);

    private static JsonObject Applied(DiffCase given, PropertyDiff diff) => JsonNode.Parse(JsonPatch.Apply(given.Stored, diff.Patch(PatchValues.Stored)).GetRawText())!.AsObject();

    private static IEnumerable<(string Verb, string Path)> Operations(JsonElement patch) =>
        patch.EnumerateArray().Select(operation => (operation.GetProperty("op").GetString()!, operation.GetProperty("path").GetString()!));

    private static void Holds(Func<DiffCase, string?> property)
    {
        Prop.ForAll(DiffCase.Any, given =>
        {
            var wrong = property(given);
            return (wrong is null).Label(wrong ?? "");
        }).Check(PropertyCases.Of(Cases));
    }
}
