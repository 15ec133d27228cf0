using Formae.Coordination.Intake;
using Formae.Engine.Planning;
using Formae.Protocol.Documents;
using Formae.Protocol.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace Formae.Coordinator.Http;

/// <summary>
/// Reads a command from a request: a multipart form with the fields of the original and the document as the part <c>file</c>, or the document alone as the body
/// (JSON or YAML) with the fields in the query string.
/// </summary>
public sealed class SubmissionReader(IOptions<IntakeOptions> options)
{
    private const int FormOverhead = 64 * 1024;
    internal const string ParameterField = "prop:";
    internal const string SecretField = "secret:";
    internal const string CredentialField = "auth:";
    private const string RollbackCommand = "rollback";

    public async Task<(Submission? Submission, IResult? Refusal)> ReadAsync(HttpRequest request, CancellationToken cancellation)
    {
        if (ClientOf(request) is not { } client)
            return (null, Answers.NoClient());
        var limit = options.Value.MaxDocumentBytes;
        if (request.ContentLength > limit + (long)FormOverhead)
            return (null, TooLarge(limit));

        // As an encoded form is sent whatever curl is given without a content type: mostly a document.
        var (received, unreadable) = request.HasFormContentType && !IsUrlEncoded(request) ? await ReadFormAsync(request, limit, cancellation) : await ReadBodyAsync(request, limit, cancellation);
        if (received is null)
            return (null, unreadable);

        // What stands in a query string stands in logs too.
        if (request.Query.Keys.FirstOrDefault(name => name.StartsWith(SecretField, StringComparison.Ordinal) || name.StartsWith(CredentialField, StringComparison.Ordinal)) is { } exposed)
            return (null, Answers.BadRequest($"{exposed} cannot be in the query string: send it as a field of the form."));

        if (received.Document is not { Length: > 0 } bytes)
            return BuildWithoutDocument(received, client);
        var (submission, refusal) = Build(received.Field, bytes, received.Format, client);
        return (submission is null ? null : submission with
        {
            Parameters = Named(ParameterField, request.Query, received.Form),
            Secrets = Named(SecretField, received.Form),
            Credentials = Named(CredentialField, received.Form),
        }, refusal);
    }

    private static async Task<(Received? Received, IResult? Refusal)> ReadFormAsync(HttpRequest request, int limit, CancellationToken cancellation)
    {
        IFormCollection form;
        try
        {
            form = await request.ReadFormAsync(new FormOptions { MultipartBodyLengthLimit = limit, BufferBody = false, ValueLengthLimit = FormOverhead }, cancellation);
        }
        catch (InvalidDataException e)
        {
            return (null, e.Message.Contains("body length limit", StringComparison.OrdinalIgnoreCase) ? TooLarge(limit) : Answers.BadRequest($"The form cannot be read: {e.Message}"));
        }
        catch (IOException e) when (e is not Microsoft.AspNetCore.Http.BadHttpRequestException)
        {
            return (null, Answers.BadRequest("The form cannot be read: it ends before its last boundary."));
        }

        var received = new Received(name => form.TryGetValue(name, out var value) ? value : request.Query[name], form, null, FormatOf(request.ContentType, fileName: null));
        if (form.Files.GetFile("file") is not { } file)
            return (received, null);
        await using var content = file.OpenReadStream();
        return (received with { Document = await ReadAsync(content, limit, cancellation), Format = FormatOf(file.ContentType, file.FileName) }, null);
    }

    private static async Task<(Received? Received, IResult? Refusal)> ReadBodyAsync(HttpRequest request, int limit, CancellationToken cancellation)
    {
        if (await ReadAsync(request.Body, limit, cancellation) is not { } body)
            return (null, TooLarge(limit));
        var format = FormatOf(request.ContentType, fileName: null);
        return IsUrlEncoded(request) && FormFields.Read(body.Span) is { } form
            ? (new Received(name => form.TryGetValue(name, out var value) ? value : request.Query[name], form, null, format), null)
            : (new Received(name => request.Query[name], null, body, format), null);
    }

    /// <summary>The fields <c>PREFIX:NAME=value</c>, by name; the later source counts.</summary>
    private static Dictionary<string, string> Named(string prefix, params IEnumerable<KeyValuePair<string, StringValues>>?[] sources)
    {
        var named = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in sources.Where(source => source is not null).SelectMany(source => source!))
        {
            if (name.Length > prefix.Length && name.StartsWith(prefix, StringComparison.Ordinal))
                named[name[prefix.Length..]] = value.ToString();
        }

        return named;
    }

    /// <summary>Who asks; null when the header is missing.</summary>
    public static string? ClientOf(HttpRequest request) => request.Headers[Headers.ClientId] is [{ Length: > 0 } client] ? client : null;

    private static (Submission?, IResult?) BuildWithoutDocument(Received received, string client)
    {
        var field = received.Field;
        if (field("command") == RollbackCommand)
            return BuildRollback(field, client);
        if (field("command") == "destroy" && (string?)field("query") is { Length: > 0 })
            return Build(field, ReadOnlyMemory<byte>.Empty, received.Format, client);
        return (null, Answers.BadRequest("There is no document: send it as the form part 'file', or as the body with the content type application/json or application/yaml. A destroy may name a query instead."));
    }

    /// <summary>A rollback needs no document: its stack's own history has it.</summary>
    private static (Submission?, IResult?) BuildRollback(Func<string, StringValues> field, string client)
    {
        if ((string?)field("stack") is not { Length: > 0 } stack || (string?)field("to") is not { Length: > 0 } to)
            return (null, Answers.BadRequest("A rollback needs the fields stack and to: a stack's label, and the id of a command, a time, or how long ago (90s, 15m, 2h, 7d)."));
        if (!TryReadFlag(field("simulate"), out var simulate))
            return (null, NoFlag("simulate", field("simulate")));
        return (new Submission { Kind = CommandKind.Apply, Mode = ApplyMode.Reconcile, Force = true, Simulate = simulate, Rollback = new Rollback(stack, to), ClientId = client }, null);
    }

    private static (Submission?, IResult?) Build(Func<string, StringValues> field, ReadOnlyMemory<byte> document, DocumentFormat format, string client)
    {
        CommandKind kind;
        switch ((string?)field("command"))
        {
            case "apply":
                kind = CommandKind.Apply;
                break;
            case "destroy":
                kind = CommandKind.Destroy;
                break;
            case RollbackCommand:
                return (null, Answers.BadRequest("A rollback takes no document, only the fields stack and to."));
            case var other:
                return (null, Answers.BadRequest($"command is '{other}'; it is 'apply', 'destroy' or 'rollback'."));
        }

        ApplyMode mode;
        switch ((string?)field("mode"))
        {
            case null or "" or "patch":
                mode = ApplyMode.Patch;
                break;
            case "reconcile":
                mode = ApplyMode.Reconcile;
                break;
            case var other:
                return (null, Answers.BadRequest($"mode is '{other}'; it is 'reconcile' or 'patch'."));
        }

        OnDependents dependents;
        switch ((string?)field("on-dependents"))
        {
            case null or "" or "abort":
                dependents = OnDependents.Abort;
                break;
            case "cascade":
                dependents = OnDependents.Cascade;
                break;
            case var other:
                return (null, Answers.BadRequest($"on-dependents is '{other}'; it is 'abort' or 'cascade'."));
        }

        if (!TryReadFlag(field("simulate"), out var simulate))
            return (null, NoFlag("simulate", field("simulate")));
        if (!TryReadFlag(field("force"), out var force))
            return (null, NoFlag("force", field("force")));
        return (new Submission
        {
            Kind = kind,
            Mode = mode,
            OnDependents = dependents,
            Simulate = simulate,
            Force = force,
            Document = document,
            Query = document.IsEmpty ? (string?)field("query") : null,
            Format = format,
            ClientId = client,
        }, null);
    }

    private static bool IsUrlEncoded(HttpRequest request) => request.ContentType?.StartsWith("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase) is true;

    /// <summary>Null when there is more than the limit.</summary>
    private static async Task<ReadOnlyMemory<byte>?> ReadAsync(Stream stream, int limit, CancellationToken cancellation)
    {
        var buffer = new MemoryStream();
        var chunk = new byte[81920];
        for (int read; (read = await stream.ReadAsync(chunk, cancellation)) > 0;)
        {
            if (buffer.Length + read > limit)
                return null;
            buffer.Write(chunk, 0, read);
        }

        return buffer.GetBuffer().AsMemory(0, (int)buffer.Length);
    }

    private static DocumentFormat FormatOf(string? contentType, string? fileName)
    {
        if (Has(fileName, ".json") || Has(contentType, "json"))
            return DocumentFormat.Json;
        return Has(fileName, ".yaml") || Has(fileName, ".yml") || Has(contentType, "yaml") ? DocumentFormat.Yaml : DocumentFormat.Auto;

        static bool Has(string? text, string part) => text?.Contains(part, StringComparison.OrdinalIgnoreCase) == true;
    }

    /// <summary>Nothing is guessed: a <c>simulate=yes</c> that was taken for false would change the world.</summary>
    internal static bool TryReadFlag(StringValues value, out bool flag)
    {
        flag = (string?)value is "1" or "t" or "T" or "true" or "TRUE" or "True";
        return flag || (string?)value is null or "" or "0" or "f" or "F" or "false" or "FALSE" or "False";
    }

    internal static IResult NoFlag(string name, StringValues value) => Answers.BadRequest($"{name} is '{value}'; it is 'true' or 'false'.");

    private static IResult TooLarge(int limit) =>
        Answers.Error(ErrorCodes.TooLarge, $"The document is longer than {limit:N0} bytes (setting {IntakeOptions.Section}:{nameof(IntakeOptions.MaxDocumentBytes)}). Split it by stacks.");

    /// <param name="Field">The values of a field, wherever it stands.</param>
    /// <param name="Form">The form, where it was one.</param>
    /// <param name="Document">The document; null or empty when there is none.</param>
    /// <param name="Format">What the document is written in.</param>
    private sealed record Received(Func<string, StringValues> Field, IFormCollection? Form, ReadOnlyMemory<byte>? Document, DocumentFormat Format);
}
