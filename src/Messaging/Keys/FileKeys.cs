using Microsoft.Extensions.Logging;

namespace Formae.Messaging.Keys;

/// <summary>
/// Keys in a file that is looked at again once a second, and at once when a message names a key that is not known: so keys are changed while everything runs.
/// </summary>
internal sealed partial class FileKeys : MessageKeys
{
    private static readonly TimeSpan FreshFor = TimeSpan.FromSeconds(1);

    private readonly Lock _reading = new();
    private readonly string _file;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private volatile Snapshot _last;

    public FileKeys(string file, ILogger logger, TimeProvider time)
    {
        (_file, _logger, _time) = (file, logger, time);
        var stamp = StampOf(file);
        _last = new Snapshot(Read(), stamp, time.GetTimestamp());
    }

    public override MessageKey Signing => Fresh().Keys[0];

    public override IReadOnlyList<string> Ids => [.. Fresh().Keys.Select(key => key.Id)];

    public override MessageKey? Find(string id) => Fresh().Find(id) ?? Refresh(_last).Find(id);

    /// <summary>Whether others than its owner may read the file.</summary>
    public bool IsOpenToOthers => !OperatingSystem.IsWindows()
        && (File.GetUnixFileMode(_file) & (UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite)) != 0;

    private Snapshot Fresh()
    {
        var last = _last;
        return _time.GetElapsedTime(last.LookedAt) < FreshFor ? last : Refresh(last);
    }

    private Snapshot Refresh(Snapshot seen)
    {
        lock (_reading)
        {
            if (!ReferenceEquals(_last, seen))
                return _last;
            try
            {
                // The stamp is taken before the content: what is written in between is read once more.
                var stamp = StampOf(_file);
                var isSame = stamp == seen.Stamp;
                _last = new Snapshot(isSame ? seen.Keys : Read(), stamp, _time.GetTimestamp());
                if (!isSame && _last.Keys[0].Id != seen.Keys[0].Id)
                    LogChanged(_file, _last.Keys[0].Id);
            }
            catch (Exception wrong) when (wrong is FormatException or IOException or UnauthorizedAccessException)
            {
                // What was good goes on to be: an unreadable file must not stop every message.
                LogUnreadable(_file, wrong.Message);
                _last = seen with { LookedAt = _time.GetTimestamp() };
            }

            return _last;
        }
    }

    private IReadOnlyList<MessageKey> Read() => Parse(File.ReadAllText(_file), _file);

    private static (DateTime Written, long Length) StampOf(string file)
    {
        var info = new FileInfo(file);
        return info.Exists ? (info.LastWriteTimeUtc, info.Length) : throw new FileNotFoundException($"there is no {file}.");
    }

    [LoggerMessage(EventId = 4501, Level = LogLevel.Information, Message = "The keys in {File} have changed: messages are signed with {KeyId} now")]
    private partial void LogChanged(string file, string keyId);

    [LoggerMessage(EventId = 4502, Level = LogLevel.Error, Message = "The keys in {File} cannot be read, those of before stay in use: {Reason}")]
    private partial void LogUnreadable(string file, string reason);

    private sealed record Snapshot(IReadOnlyList<MessageKey> Keys, (DateTime Written, long Length) Stamp, long LookedAt)
    {
        public MessageKey? Find(string id) => Keys.FirstOrDefault(key => key.Id == id);
    }
}
