using Formae.Engine.Planning;
using Microsoft.Extensions.Logging;

namespace Formae.Coordination.Intake;

public sealed partial class CommandIntake
{
    [LoggerMessage(EventId = 1001, Level = LogLevel.Information, Message = "Command {CommandId}: {Kind} in {Mode} mode with {Resources} resources from client {Client}")]
    private partial void LogReceived(string commandId, CommandKind kind, ApplyMode mode, int resources, string client);

    // The id that it is planned under is nobody's: no command of it can be found.
    [LoggerMessage(EventId = 1003, Level = LogLevel.Information, Message = "Simulated: {Kind} in {Mode} mode with {Resources} resources from client {Client}")]
    private partial void LogSimulated(CommandKind kind, ApplyMode mode, int resources, string client);

    [LoggerMessage(EventId = 1002, Level = LogLevel.Information, Message = "Command {CommandId} started: {Updates} updates in {Groups} groups")]
    private partial void LogStarted(string commandId, int updates, int groups);
}
