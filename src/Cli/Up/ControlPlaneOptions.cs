using Formae.Embedded.Host;

namespace Formae.Cli.Up;

/// <summary>How a control plane on this machine is started.</summary>
internal sealed record ControlPlaneOptions
{
    /// <summary>Where everything is kept: an absolute path; made when it is missing.</summary>
    public required string Data { get; init; }

    /// <summary>The coordinator's port on 127.0.0.1; 0 is any free one.</summary>
    public required int Port { get; init; }

    /// <summary>Folders of plugin apps beyond those that came with the command line.</summary>
    public IReadOnlyList<string> Plugins { get; init; } = [];

    /// <summary>Finds Azurite, which is then run and keeps rows and payloads; called when all else is known to be well, because it may have to be installed. Default: SQLite and a folder.</summary>
    public Func<Task<AzuriteProgram>>? Azurite { get; init; }

    /// <summary>Written when everything is ready, and removed with the control plane. Default: none.</summary>
    public string? ReadyFile { get; init; }

    /// <summary>Takes the spans of every app: an absolute path. Default: what the environment says of it.</summary>
    public string? TraceFile { get; init; }

    /// <summary>The apps write their log as JSON, an object a line. Default: as text.</summary>
    public bool LogsJson { get; init; }

    /// <summary>Takes the processes' lines beside the log files, given the names of all processes. Default: nobody.</summary>
    public Func<IReadOnlyList<string>, Action<LogLine>>? Log { get; init; }

    /// <summary>Is told of a plugin that will not be started again, in a sentence. Default: nobody.</summary>
    public Action<string>? Lost { get; init; }
}
