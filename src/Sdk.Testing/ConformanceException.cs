namespace Formae.Sdk.Testing;

/// <summary>A handler does not keep to the contract.</summary>
/// <param name="message">Which rule, and what was seen instead.</param>
public sealed class ConformanceException(string message) : Exception(message);
