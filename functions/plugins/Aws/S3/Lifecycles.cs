using Amazon.S3;
using Amazon.S3.Model;
using Formae.Model;
using Formae.Sdk;
using Wire = Amazon.S3.Model;

namespace Formae.Plugins.Aws;

/// <summary>Lifecycle rules to S3 and back.</summary>
internal static class Lifecycles
{
    public static Problem? Check(IReadOnlyList<LifecycleRule>? rules) => rules?
        .FirstOrDefault(rule => rule is { ExpirationDays: null, NoncurrentVersionExpirationDays: null, AbortIncompleteUploadDays: null, Transitions: null or { Count: 0 } }) is { } empty
            ? Problems.InvalidRequest($"'LifecycleRules': the rule '{empty.Id}' does nothing; it needs days for at least one thing.")
            : null;

    public static Wire.LifecycleRule ToS3(LifecycleRule rule) => new()
    {
        Id = rule.Id,
        Status = rule.Enabled == false ? LifecycleRuleStatus.Disabled : LifecycleRuleStatus.Enabled,
        Filter = new LifecycleFilter { LifecycleFilterPredicate = new LifecyclePrefixPredicate { Prefix = rule.Prefix ?? "" } },
        Expiration = rule.ExpirationDays is { } days ? new LifecycleRuleExpiration { Days = days } : null,
        NoncurrentVersionExpiration = rule.NoncurrentVersionExpirationDays is { } old ? new LifecycleRuleNoncurrentVersionExpiration { NoncurrentDays = old } : null,
        AbortIncompleteMultipartUpload = rule.AbortIncompleteUploadDays is { } parts ? new LifecycleRuleAbortIncompleteMultipartUpload { DaysAfterInitiation = parts } : null,
        Transitions = rule.Transitions is { Count: > 0 } moves ? [.. moves.Select(move => new Wire.LifecycleTransition { Days = move.Days, StorageClass = S3StorageClass.FindValue(move.StorageClass) })] : null,
    };

    /// <returns>Null when there are none. What a rule has beyond what documents can say (dates, sizes, filters by tags) is not shown.</returns>
    public static IReadOnlyList<LifecycleRule>? OfS3(IEnumerable<Wire.LifecycleRule>? rules)
    {
        var shown = (rules ?? []).Select(OfS3).OrderBy(rule => rule.Id, StringComparer.Ordinal).ToList();
        return shown.Count == 0 ? null : shown;
    }

    public static bool Same(IReadOnlyList<LifecycleRule>? left, IReadOnlyList<LifecycleRule>? right) =>
        (left ?? []).Select(Text).ToHashSet(StringComparer.Ordinal).SetEquals((right ?? []).Select(Text));

    private static LifecycleRule OfS3(Wire.LifecycleRule rule) => new()
    {
        Id = rule.Id,
        Enabled = rule.Status == LifecycleRuleStatus.Enabled,
        Prefix = PrefixOf(rule) is { Length: > 0 } prefix ? prefix : null,
        ExpirationDays = rule.Expiration?.Days,
        NoncurrentVersionExpirationDays = rule.NoncurrentVersionExpiration?.NoncurrentDays,
        AbortIncompleteUploadDays = rule.AbortIncompleteMultipartUpload?.DaysAfterInitiation,
        Transitions = rule.Transitions is { Count: > 0 } moves
            ? [.. moves.Where(move => move.Days is not null).Select(move => new LifecycleTransition { Days = move.Days!.Value, StorageClass = move.StorageClass.Value }).OrderBy(move => move.StorageClass, StringComparer.Ordinal)]
            : null,
    };

    private static string? PrefixOf(Wire.LifecycleRule rule) => (rule.Filter?.LifecycleFilterPredicate as LifecyclePrefixPredicate)?.Prefix ?? rule.Filter?.Prefix;

    // Records with lists in them are not equal by value.
    private static string Text(LifecycleRule rule) =>
        $"{(rule with { Enabled = rule.Enabled ?? true, Prefix = rule.Prefix is { Length: > 0 } prefix ? prefix : null, Transitions = null })} {string.Join(' ', (rule.Transitions ?? []).OrderBy(move => move.StorageClass, StringComparer.Ordinal))}";
}
