using Formae.Model;
using Formae.Sdk;

namespace Formae.Plugins.Local;

[ResourceType("Local::Shell::Command", Identifier = nameof(Id))]
[Description("Whatever a command brings about. Commands are programs and arguments: no shell reads them.")]
public sealed record ShellCommand
{
    [OrderedList, Description("Brings it about; run by create and update. Program first, then its arguments.")]
    public required IReadOnlyList<string> Apply { get; init; }

    [OrderedList, Description("Says whether it is there: exit code 0 is yes, any other no. Left out: it is there from create to delete.")]
    public IReadOnlyList<string>? Check { get; init; }

    [OrderedList, Description("Undoes it; run by delete.")]
    public IReadOnlyList<string>? Remove { get; init; }

    [ProviderDefault, Description("Seconds that one command may take, 1 to 600; default 30.")]
    public int? TimeoutSeconds { get; init; }

    [Opaque, Description("Further environment variables, which may be secrets.")]
    public IReadOnlyDictionary<string, string>? Environment { get; init; }

    [ReadOnly]
    public string? Id { get; init; }
}

internal sealed class CommandHandler(TimeProvider time) : IResourceHandler<ShellCommand>
{
    public async Task<CreateResult<ShellCommand>> CreateAsync(CreateRequest<ShellCommand> request, CancellationToken cancellationToken)
    {
        var root = LocalRoot.Open(request);
        var records = Records(root);
        var id = OwnRecords<ShellCommand>.IdOf("command", request.OperationId);
        if (records.Find(id) is { } done)
            return new CreateResult<ShellCommand>.Success(id, done);
        var (command, problem) = await ApplyAsync(root, records, id, request.Desired, cancellationToken).ConfigureAwait(false);
        return problem is null ? new CreateResult<ShellCommand>.Success(id, command) : problem;
    }

    public async Task<ReadResult<ShellCommand>> ReadAsync(ReadRequest<ShellCommand> request, CancellationToken cancellationToken)
    {
        var root = LocalRoot.Open(request);
        if (Records(root).Find(request.NativeId) is not { } command)
            return Gone(request.NativeId);
        if (command.Check is not { Count: > 0 } check)
            return new ReadResult<ShellCommand>.Success(command);
        var run = await CommandRun.StartAsync(root, check, command, time, cancellationToken).ConfigureAwait(false);
        return run switch
        {
            { Problem: { } problem } => problem,
            { ExitCode: 0 } => new ReadResult<ShellCommand>.Success(command),
            _ => Gone(request.NativeId),
        };
    }

    public async Task<UpdateResult<ShellCommand>> UpdateAsync(UpdateRequest<ShellCommand> request, CancellationToken cancellationToken)
    {
        var root = LocalRoot.Open(request);
        var records = Records(root);
        if (records.Find(request.NativeId) is not { } before)
            return Gone(request.NativeId);
        var desired = request.Desired with { Environment = request.Desired.Environment ?? before.Environment };
        var (command, problem) = await ApplyAsync(root, records, request.NativeId, desired, cancellationToken).ConfigureAwait(false);
        return problem is null ? new UpdateResult<ShellCommand>.Success(command) : problem;
    }

    public async Task<DeleteResult> DeleteAsync(DeleteRequest<ShellCommand> request, CancellationToken cancellationToken)
    {
        var root = LocalRoot.Open(request);
        var records = Records(root);
        if (records.Find(request.NativeId) is not { } command)
            return Gone(request.NativeId);
        if (command.Remove is { Count: > 0 } remove)
        {
            var run = await CommandRun.StartAsync(root, remove, command, time, cancellationToken).ConfigureAwait(false);
            if (run.Failure("Remove") is { } failed)
                return failed;
        }

        records.Remove(request.NativeId);
        return new DeleteResult.Success();
    }

    private static OwnRecords<ShellCommand> Records(LocalRoot root) => new(root, "commands", LocalJson.Default.ShellCommand);

    private static Problem Gone(string id) => Problems.NotFound($"What the command '{id}' brings about is not there.");

    private async Task<(ShellCommand Command, Problem? Problem)> ApplyAsync(
        LocalRoot root, OwnRecords<ShellCommand> records, string id, ShellCommand desired, CancellationToken cancellationToken)
    {
        var command = desired with { TimeoutSeconds = desired.TimeoutSeconds ?? 30, Id = id };
        if (command.TimeoutSeconds is < 1 or > 600)
            return (command, Problems.InvalidRequest($"'TimeoutSeconds' is {command.TimeoutSeconds}; it may be 1 to 600."));
        if (command.Apply.Count == 0)
            return (command, Problems.InvalidRequest("'Apply' is empty: it names the program to run."));
        var run = await CommandRun.StartAsync(root, command.Apply, command, time, cancellationToken).ConfigureAwait(false);
        return (command, run.Failure("Apply") ?? records.Put(id, command));
    }
}
