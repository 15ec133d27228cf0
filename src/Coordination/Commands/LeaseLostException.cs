namespace Formae.Coordination.Commands;

/// <summary>A command's lease of a stack went to another command before it could begin.</summary>
public sealed class LeaseLostException(string stack)
    : Exception($"Another command took over the stack '{stack}' while this one was still being planned. Nothing was changed; apply again.");
