namespace Formae.Coordination.Storage;

/// <summary>A command's row cannot be understood: a newer version wrote it, or a part of it that was left as a payload is gone.</summary>
public sealed class UnreadableCommandException(string commandId, Exception reason) : Exception($"What is stored of command {commandId} cannot be read: {reason.Message}", reason);
