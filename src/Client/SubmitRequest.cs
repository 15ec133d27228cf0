namespace Formae.Client;

/// <summary>A command to give: what, of which document or query, and how.</summary>
public sealed record SubmitRequest
{
    /// <summary>Apply, destroy or roll back.</summary>
    public required SubmitKind Kind { get; init; }

    /// <summary>Apply only; the server takes <see cref="SubmitMode.Patch"/> when it is left out.</summary>
    public SubmitMode? Mode { get; init; }

    /// <summary>The document, as JSON or YAML. Null for a destroy by <see cref="Query"/> and for a rollback.</summary>
    public SubmitFile? File { get; init; }

    /// <summary>Values of the document's parameters (its <c>Properties</c>), by name; sent as fields <c>prop:NAME</c>. Default: none, so that defaults count.</summary>
    public IReadOnlyDictionary<string, string> Parameters { get; init; } = new Dictionary<string, string>();

    /// <summary>Destroy only: which managed resources to delete, in the query language. Default null.</summary>
    public string? Query { get; init; }

    /// <summary>Rollback only: the stack. Default null.</summary>
    public string? Stack { get; init; }

    /// <summary>Rollback only: the id of a command, a time in RFC 3339, or how long ago (<c>90s</c>, <c>15m</c>, <c>2h</c>, <c>7d</c>). Default null.</summary>
    public string? To { get; init; }

    /// <summary>Plan only; nothing is stored and no plugin is called. Default false.</summary>
    public bool Simulate { get; init; }

    /// <summary>Reconcile only: overwrite what changed since the last reconcile. Default false.</summary>
    public bool Force { get; init; }

    /// <summary>What happens when something outside of the request depends on what a destroy, or a reconcile, deletes. Default <see cref="DependentsChoice.Abort"/>.</summary>
    public DependentsChoice OnDependents { get; init; } = DependentsChoice.Abort;
}

/// <summary>The bytes of a document and what they are.</summary>
/// <param name="Name">File name, for messages; a path is not needed.</param>
/// <param name="Content">The bytes, unchanged.</param>
/// <param name="ContentType"><c>application/json</c> or <c>application/yaml</c>.</param>
public sealed record SubmitFile(string Name, ReadOnlyMemory<byte> Content, string ContentType)
{
    /// <summary>The content type that a file name stands for: YAML for <c>.yaml</c> and <c>.yml</c>, else JSON.</summary>
    public static string ContentTypeOf(string name) =>
        Path.GetExtension(name).ToLowerInvariant() is ".yaml" or ".yml" ? "application/yaml" : "application/json";
}

/// <summary>What a command does.</summary>
public enum SubmitKind
{
    /// <summary>Makes the world as the document says.</summary>
    Apply,

    /// <summary>Deletes what the document or the query names.</summary>
    Destroy,

    /// <summary>Puts a stack back to where it was right after a command, or at a time; overwrites what was changed since.</summary>
    Rollback,
}

/// <summary>How an apply reads its document.</summary>
public enum SubmitMode
{
    /// <summary>The document is the whole of each stack that it has resources of: what it leaves out is deleted.</summary>
    Reconcile,

    /// <summary>Only what is mentioned changes, and nothing is deleted.</summary>
    Patch,
}

/// <summary>What is done about dependents that nobody asked to delete.</summary>
public enum DependentsChoice
{
    /// <summary>Refuse, and list them.</summary>
    Abort,

    /// <summary>Delete them too.</summary>
    Cascade,
}

/// <summary>Whose commands a listing shows.</summary>
public enum CommandScope
{
    /// <summary>This client's; with an empty query only its latest.</summary>
    Client,

    /// <summary>Everyone's, newest first.</summary>
    Agent,
}
