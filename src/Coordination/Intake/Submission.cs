using Formae.Engine.Planning;
using Formae.Model;
using Formae.Protocol.Documents;
using Formae.Protocol.Http;

namespace Formae.Coordination.Intake;

/// <summary>A command as it arrived.</summary>
public sealed record Submission
{
    public required CommandKind Kind { get; init; }

    public ApplyMode Mode { get; init; } = ApplyMode.Patch;

    public bool Simulate { get; init; }

    public bool Force { get; init; }

    public OnDependents OnDependents { get; init; } = OnDependents.Abort;

    /// <summary>Empty for a destroy by query.</summary>
    public ReadOnlyMemory<byte> Document { get; init; }

    /// <summary>What to destroy, instead of a document.</summary>
    public string? Query { get; init; }

    /// <summary>What to go back to, instead of a document.</summary>
    public Rollback? Rollback { get; init; }

    /// <summary>What the control plane wants by itself, instead of a document.</summary>
    public Forma? Prepared { get; init; }

    /// <summary>What whoever is asked should know besides the plan, in sentences.</summary>
    public IReadOnlyList<string> Notices { get; init; } = [];

    public DocumentFormat Format { get; init; } = DocumentFormat.Auto;

    public required string ClientId { get; init; }

    /// <summary>Who gives it, as the proof of identity says; null where none was asked for.</summary>
    public string? Subject { get; init; }

    /// <summary>The same for people.</summary>
    public string? SubjectName { get; init; }

    /// <summary>Values of the document's parameters, by name; they go before what the document says.</summary>
    public IReadOnlyDictionary<string, string> Parameters { get; init; } = new Dictionary<string, string>();

    /// <summary>Secrets that came with the request, by name; they go before those of the host.</summary>
    public IReadOnlyDictionary<string, string> Secrets { get; init; } = new Dictionary<string, string>();

    /// <summary>Credentials for targets that came with the request, by name; they go before those of the host.</summary>
    public IReadOnlyDictionary<string, string> Credentials { get; init; } = new Dictionary<string, string>();

    /// <summary>Who wants it: see <see cref="Sources"/>.</summary>
    public string Source { get; init; } = Sources.User;

    /// <summary>What the command is called.</summary>
    public string Name => Rollback is not null ? "rollback" : Kind.ToString().ToLowerInvariant();
}

/// <param name="Stack">The stack.</param>
/// <param name="To">The id of a command, a time, or how long ago.</param>
public sealed record Rollback(string Stack, string To);

public abstract record IntakeOutcome
{
    private IntakeOutcome()
    {
    }

    /// <summary>It runs.</summary>
    public sealed record Accepted(SubmitCommandResponse Response) : IntakeOutcome;

    /// <summary>Nothing runs: a simulation, or there is nothing to do.</summary>
    public sealed record Answered(SubmitCommandResponse Response) : IntakeOutcome;

    public sealed record Refused(int Status, ErrorResponse Error) : IntakeOutcome;
}

/// <summary>What a document may measure, section <c>Formae:Intake</c>.</summary>
public sealed class IntakeOptions
{
    public const string Section = "Formae:Intake";

    /// <summary>The longest document, in bytes. Default 64 MiB, from 1 KiB to 200 MiB. Longer ones are answered with 413.</summary>
    [System.ComponentModel.DataAnnotations.Range(1024, 200 * 1024 * 1024)]
    public int MaxDocumentBytes { get; set; } = 64 * 1024 * 1024;

    /// <summary>The longest properties of one resource, in bytes of JSON. Default 8 MiB, from 1 KiB to 64 MiB: an operation holds them in memory several times, before and after.</summary>
    [System.ComponentModel.DataAnnotations.Range(1024, 64 * 1024 * 1024)]
    public int MaxResourceBytes { get; set; } = 8 * 1024 * 1024;
}
