using System.Globalization;
using System.Xml.Linq;

namespace Formae.Plugins.Aws.Tests;

/// <summary>
/// Which versions and delete markers the objects of buckets have: a piece of S3's protocol that s3rver lacks, made by Amazon's documentation and never held against AWS. The newest content is s3rver's; of older ones only
/// the ids are kept, and an older version does not come to light again when a newer one is removed.
/// </summary>
internal sealed class BucketVersions
{
    /// <summary>The id of what was written while its bucket kept no versions.</summary>
    public const string None = "null";

    private readonly Lock _lock = new();
    private readonly List<Kept> _kept = [];
    private int _last;

    /// <summary>A put of an object in a bucket that keeps versions, or a delete, which leaves a marker.</summary>
    public string Add(string bucket, string key, bool isMarker)
    {
        lock (_lock)
        {
            var id = string.Create(CultureInfo.InvariantCulture, $"version-{++_last:d8}");
            _kept.Add(new Kept(bucket, key, id, isMarker));
            return id;
        }
    }

    public bool HasAny(string bucket)
    {
        lock (_lock)
            return _kept.Exists(one => one.Bucket == bucket);
    }

    /// <summary>Removes one for good.</summary>
    /// <returns>Whether the content that s3rver has was this version's.</returns>
    public bool Remove(string bucket, string key, string id)
    {
        lock (_lock)
        {
            var isNewest = _kept.FindLast(one => one.Bucket == bucket && one.Key == key) is not { } newest || (newest.Id == id && !newest.IsMarker);
            _kept.RemoveAll(one => one.Bucket == bucket && one.Key == key && one.Id == id);
            return isNewest;
        }
    }

    /// <summary>A page as S3 writes it: by keys, the newest of each first.</summary>
    /// <param name="bucket">Which bucket.</param>
    /// <param name="objects">The keys of the objects that s3rver has.</param>
    /// <param name="most">How many of both kinds.</param>
    public string Page(string bucket, IEnumerable<string> objects, int most)
    {
        lock (_lock)
        {
            List<Kept> all = [.. _kept.Where(one => one.Bucket == bucket).Reverse()];
            all.AddRange(objects.Where(key => !all.Exists(one => one.Key == key)).Select(key => new Kept(bucket, key, None, false)));
            all = [.. all.OrderBy(one => one.Key, StringComparer.Ordinal)];
            return new XElement(
                "ListVersionsResult",
                new XElement("Name", bucket),
                new XElement("IsTruncated", all.Count > most),
                all.Take(most).Select(one => new XElement(one.IsMarker ? "DeleteMarker" : "Version", new XElement("Key", one.Key), new XElement("VersionId", one.Id)))).ToString();
        }
    }

    private sealed record Kept(string Bucket, string Key, string Id, bool IsMarker);
}
