using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace Formae.Coordinator.Http;

/// <summary>The fields of a command in a body that is said to be a URL-encoded form, which is also what curl calls a document.</summary>
internal static class FormFields
{
    private static readonly HashSet<string> Names = new(StringComparer.Ordinal) { "command", "mode", "simulate", "force", "query", "stack", "to", "on-dependents", "file" };
    private static readonly string[] Prefixes = [SubmissionReader.ParameterField, SubmissionReader.SecretField, SubmissionReader.CredentialField];

    /// <summary>Null where it does not begin as a form does, with the name of a field and <c>=</c>.</summary>
    public static IFormCollection? Read(ReadOnlySpan<byte> body)
    {
        var end = body.IndexOf((byte)'=');
        if (end is < 1 or > 512)
            return null;
        var first = Uri.UnescapeDataString(Encoding.UTF8.GetString(body[..end]));
        if (!Names.Contains(first) && !Prefixes.Any(prefix => first.StartsWith(prefix, StringComparison.Ordinal)))
            return null;
        return new FormCollection(QueryHelpers.ParseQuery(Encoding.UTF8.GetString(body).TrimEnd('\r', '\n')));
    }
}
