namespace Formae.Coordination.Commands;

/// <summary>A target that a command needs from its beginning could not be written.</summary>
public sealed class TargetChangedException(string reason) : Exception(reason);
