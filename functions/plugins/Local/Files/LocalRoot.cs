using Formae.Model;
using Formae.Sdk;

namespace Formae.Plugins.Local;

/// <summary>
/// The folder of a target. Paths below it are relative, have no <c>..</c>, and lead through no symbolic link: each step is looked at without following
/// it, before a thing is touched and again after, so that a link slipped in between is noticed.
/// </summary>
internal sealed class LocalRoot
{
    /// <summary>The plugin's own folder below the root; no resource may lie in it.</summary>
    public const string OwnFolder = ".formae";

    private LocalRoot(string folder) => Folder = folder;

    public string Folder { get; }

    /// <exception cref="TargetConfigException">The root is no absolute path, or cannot be made.</exception>
    public static LocalRoot Open(OperationContext request)
    {
        var root = request.Target<LocalTarget>().Root;
        if (!Path.IsPathFullyQualified(root))
            throw new TargetConfigException($"The target's Root '{root}' is not an absolute path.");
        try
        {
            // The root itself may be reached through a link: who wrote the target chose it.
            var folder = Directory.CreateDirectory(root);
            var real = folder.ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? folder.FullName;
            return new LocalRoot(Path.TrimEndingDirectorySeparator(real));
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new TargetConfigException($"The target's Root '{root}' cannot be used: {problem.Message}");
        }
    }

    /// <summary>The absolute path of a relative one, or the problem with it.</summary>
    public Problem? TryResolve(string relative, out string absolute)
    {
        absolute = "";
        var parts = relative.Split('/');
        if (relative.Length == 0 || Path.IsPathRooted(relative) || relative.Contains('\\') || relative.Contains('\0') || parts.Any(p => p is "" or "." or ".."))
            return Problems.InvalidRequest($"Path '{relative}' must be relative to the target's root, with '/' between its parts and no empty part, '.' or '..'.");
        if (string.Equals(parts[0], OwnFolder, StringComparison.OrdinalIgnoreCase))
            return Problems.InvalidRequest($"Path '{relative}' lies in '{OwnFolder}', which is the plugin's own.");
        absolute = Path.Combine([Folder, .. parts]);
        return FindLink(absolute);
    }

    /// <summary>The problem when a step on the way to a path below the root, or the path itself, is a symbolic link.</summary>
    public Problem? FindLink(string absolute)
    {
        var at = Folder;
        foreach (var part in Path.GetRelativePath(Folder, absolute).Split(Path.DirectorySeparatorChar))
        {
            at = Path.Combine(at, part);

            // Attributes of a link are its own, not those of what it points at.
            var step = new FileInfo(at);
            if (step.LinkTarget is not null || (step.Exists && step.Attributes.HasFlag(FileAttributes.ReparsePoint)))
                return Problems.AccessDenied($"'{Path.GetRelativePath(Folder, at)}' is a symbolic link, and links are not followed.");
        }

        return null;
    }

    /// <summary>Makes the folders above a path, none of them a link.</summary>
    public Problem? MakeParents(string absolute)
    {
        var parent = Path.GetDirectoryName(absolute)!;
        if (parent == Folder)
            return null;
        if (FindLink(parent) is { } before)
            return before;
        try
        {
            Directory.CreateDirectory(parent);
        }
        catch (IOException notPossible)
        {
            return Problems.ResourceConflict($"The folder '{Path.GetRelativePath(Folder, parent)}' cannot be made: {Reason(notPossible)}");
        }

        return FindLink(parent);
    }

    /// <summary>Writes a whole file: beside its place first, then moved there, so that it is never half there and a link in its place is replaced, not followed.</summary>
    public Problem? Write(string absolute, ReadOnlySpan<byte> content, UnixFileMode mode)
    {
        if (MakeParents(absolute) is { } blocked)
            return blocked;
        var temporary = Path.Combine(Own("tmp"), Guid.NewGuid().ToString("N"));
        try
        {
            using (var file = new FileStream(temporary, Options(mode)))
                file.Write(content);
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(temporary, mode);
            if (FindLink(absolute) is { } link)
                return link;
            if (Directory.Exists(absolute))
                return Problems.ResourceConflict($"'{Path.GetRelativePath(Folder, absolute)}' is a directory.");
            File.Move(temporary, absolute, overwrite: true);
            return FindLink(absolute);
        }
        catch (UnauthorizedAccessException denied)
        {
            return Problems.AccessDenied(Reason(denied));
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    /// <summary>A folder of the plugin's own, for its user only.</summary>
    public string Own(string name)
    {
        var folder = Path.Combine(Folder, OwnFolder, name);
        if (FindLink(folder) is { } link)
            throw new TargetConfigException($"The plugin's own folder cannot be used: {link.Message}");
        const UnixFileMode mine = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(folder);
        else
            Directory.CreateDirectory(folder, mine);
        return folder;
    }

    private string Reason(Exception problem) => problem.Message.Replace(Folder, "<root>", StringComparison.Ordinal);

    private static FileStreamOptions Options(UnixFileMode mode)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = mode;
        return options;
    }
}
