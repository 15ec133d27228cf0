using System.Buffers;
using System.Text.Json;
using Microsoft.Win32.SafeHandles;

namespace Formae.Plugins.FakeAws;

/// <summary>
/// A cloud that is a file. Each change is one line in a journal; all processes that have the file open see each other's changes. A journal that has
/// grown long is written anew as a snapshot by the next process that opens it alone.
/// </summary>
internal sealed class FakeCloud : IDisposable
{
    private readonly Lock _lock = new();
    private readonly CloudFile _journal;
    private readonly SafeFileHandle _presence;
    private readonly CloudState _state;
    private readonly ArrayBufferWriter<byte> _buffer = new(1024);
    private readonly Utf8JsonWriter _writer;

    private FakeCloud(CloudFile journal, CloudState state, SafeFileHandle presence)
    {
        _journal = journal;
        _state = state;
        _presence = presence;
        _writer = new Utf8JsonWriter(_buffer, new JsonWriterOptions { SkipValidation = true });
    }

    /// <exception cref="IOException">The file cannot be read or written.</exception>
    public static FakeCloud Open(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        CloudSnapshot.CompactWhenAlone(path);
        var presence = CloudSnapshot.Join(path);
        var (state, generation) = CloudSnapshot.Read(path);
        return new FakeCloud(new CloudFile(CloudSnapshot.JournalOf(path, generation)), state, presence);
    }

    /// <summary>Null when an object of that name exists and names are unique.</summary>
    public CloudObject? Create(NewObject wanted) => Write(entries =>
    {
        if (wanted.Token is { } token && _state.ByToken(token) is { } made)
            return made;
        if (wanted is { NameIsUnique: true, Name: { } name } && _state.HasName(wanted.Type, name))
            return null;
        var count = _state.Counter + 1;
        var id = $"{wanted.Prefix}-{count:D6}";
        var item = new CloudObject(wanted.Type, id, wanted.Name, wanted.Parent, wanted.Region, wanted.Properties);
        entries.Add(CloudEntry.Of("put", item) with { Token = wanted.Token, Count = count });
        return item;
    });

    /// <summary>What a create of this token has made, if it is still there; else what has this name.</summary>
    public CloudObject? FindMade(string type, string token, string? name) => Read(() =>
        _state.ByToken(token) is { } made && _state.Find(type, made.NativeId) is { } there ? there
        : name is null ? null : _state.Objects.FirstOrDefault(item => item.Type == type && item.Name == name));

    public CloudObject? Find(string type, string nativeId) => Read(() => _state.Find(type, nativeId));

    /// <summary>Null when there is no such object.</summary>
    public CloudObject? Change(string type, string nativeId, Func<CloudObject, byte[]> change) => Write(entries =>
    {
        if (_state.Find(type, nativeId) is not { } live)
            return null;
        var changed = live with { Properties = change(live) };
        if (!changed.Properties.Span.SequenceEqual(live.Properties.Span))
            entries.Add(CloudEntry.Of("put", changed));
        return changed;
    });

    /// <summary>Makes the object so, whether it exists or not: a change behind everybody's back.</summary>
    public void Put(CloudObject item) => Write(entries =>
    {
        entries.Add(CloudEntry.Of("put", item));
        return true;
    });

    public bool Delete(string type, string nativeId) => Write(entries =>
    {
        if (_state.Find(type, nativeId) is null)
            return false;
        entries.Add(new CloudEntry { Kind = "delete", Type = type, Id = nativeId });
        return true;
    });

    /// <summary>The number of the next native id is one more than this, unless it was higher already.</summary>
    public void RaiseCounter(long count) => Write(entries =>
    {
        entries.Add(new CloudEntry { Kind = "count", Count = count });
        return true;
    });

    public IReadOnlyList<string> List(string type, string region, string? parent, string? after, int limit) => Read(() =>
        _state.Objects
            .Where(o => o.Type == type && o.Region == region && (parent is null || o.Parent == parent) && string.CompareOrdinal(o.NativeId, after) > 0)
            .Select(o => o.NativeId)
            .Order(StringComparer.Ordinal)
            .Take(limit)
            .ToArray());

    public IReadOnlyList<CloudObject> All() => Read(() => _state.Objects.OrderBy(o => o.NativeId, StringComparer.Ordinal).ToArray());

    public void Dispose()
    {
        lock (_lock)
        {
            _writer.Dispose();
            _journal.Dispose();
            _presence.Dispose();
        }
    }

    private TResult Read<TResult>(Func<TResult> look)
    {
        lock (_lock)
        {
            _journal.ReadNew(_state.Apply);
            return look();
        }
    }

    private TResult Write<TResult>(Func<List<CloudEntry>, TResult> decide)
    {
        lock (_lock)
        {
            _journal.Enter();
            try
            {
                _journal.ReadNew(_state.Apply);
                var entries = new List<CloudEntry>(1);
                var result = decide(entries);
                if (entries.Count == 0)
                    return result;
                _journal.DropTornLine();
                _buffer.ResetWrittenCount();
                foreach (var entry in entries)
                    entry.WriteTo(_buffer, _writer);
                _journal.Append(_buffer.WrittenSpan);
                foreach (var entry in entries)
                    _state.Apply(entry);
                return result;
            }
            finally
            {
                _journal.Leave();
            }
        }
    }
}
