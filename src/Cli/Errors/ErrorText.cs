using System.Text.Json;
using Formae.Cli.CommandLine;
using Formae.Cli.Plans;
using Formae.Cli.Submitting;
using Formae.Cli.Terminals;
using Formae.Client;
using Formae.Model;
using Formae.Protocol.Http;
using Spectre.Console;

namespace Formae.Cli.Errors;

/// <summary>One text for each error code: what the matter is, what it is about, and what to do.</summary>
internal static class ErrorText
{
    public static int ExitCodeOf(FormaeApiException e) => e.Response.Error switch
    {
        ErrorCodes.InvalidForma or ErrorCodes.ReferencedResourcesNotFound or ErrorCodes.CyclesDetected or ErrorCodes.RequiredFieldMissingOnCreate
            or ErrorCodes.StackReferenceNotFound or ErrorCodes.TargetReferenceNotFound or ErrorCodes.EmptyStackRejected or ErrorCodes.TooLarge => ExitCode.InvalidDocument,
        ErrorCodes.InvalidQuery => ExitCode.Usage,
        _ => ExitCode.Failed,
    };

    public static void Write(IAnsiConsole console, FormaeApiException e, Document? document = null, string lookLater = "")
    {
        var error = e.Response;
        var text = Of(error, lookLater, document is not null);
        console.MarkupLine($"[red]error[/] [grey]{Literal.Of(error.Error)}[/]: {Literal.Of(text.Head)}");
        foreach (var line in text.Lines)
            console.MarkupLine($"  {Literal.Of(line)}");
        if (error.Diagnostics is { Count: > 0 } diagnostics)
            DiagnosticView.Write(console, diagnostics, document);

        // A diagnostic says itself what to do about it.
        if (text.Advice is not null && error.Diagnostics?.Any(diagnostic => diagnostic.Detail is { Length: > 0 }) is not true)
            console.WriteLine(Literal.Visible(text.Advice));
    }

    // The client's own: no Formae says it.
    private const string UnexpectedAnswer = "UnexpectedAnswer";

    private static Text Of(ErrorResponse error, string lookLater, bool hasDocument)
    {
        var data = new ErrorData(error.Data);
        var message = error.Message is { Length: > 0 } said ? said : null;
        return error.Error switch
        {
            ErrorCodes.ConflictingCommands => new Text(
                "Another command is at work on the same stack.",
                data.Items("ConflictingCommands").Select(command => Line(ErrorData.Text(command, "Command"), ErrorData.Text(command, "Mode"), ErrorData.Text(command, "CommandId"), ErrorData.Text(command, "State"))),
                $"Wait until it is done: formae status {(data.Items("ConflictingCommands") is [var first, ..] ? ErrorData.Text(first, "CommandId") : "ID")} --watch{lookLater}"),
            ErrorCodes.ReconcileRejected => new Text(
                "The world was changed since the last reconcile, and this document would undo that.",
                data.Members("ModifiedStacks").SelectMany(Modified),
                "formae drift shows what was changed. Bring it into the document, or overwrite it with --force."),
            ErrorCodes.PatchRejected => new Text(
                $"A patch changes stacks that exist; these do not: {Names(data.Items("UnknownStacks"), "Label")}.",
                [],
                "Create them with --mode reconcile."),
            ErrorCodes.EmptyStackRejected => new Text(
                Invalid(error, hasDocument) ?? $"A new stack needs at least one resource; these have none: {string.Join(", ", data.Texts("EmptyStacks"))}.",
                [],
                "Give each of them a resource, or leave it out."),
            ErrorCodes.CyclesDetected => new Text(message ?? "The resources depend on each other in a circle, so that none can be first.", data.Texts("Cycle"), null),
            ErrorCodes.ReferencedResourcesNotFound => new Text(
                $"{(hasDocument ? "The document" : "What was asked for")} refers to resources that are neither in it nor in the inventory.",

                // The diagnostics name each of them, and where it is referred to.
                error.Diagnostics is { Count: > 0 } ? [] : data.Items("MissingResources").Select(resource => Line(ErrorData.Text(resource, "Label"), ErrorData.Text(resource, "Type"), "stack", ErrorData.Text(resource, "Stack"))),
                "Check label, type and stack of each reference, or apply the stack that they are in first."),
            ErrorCodes.NonPortableResources => new Text(
                $"The config of target {data.Text("TargetLabel")} cannot change while these resources are on it: they cannot be moved.",
                data.Items("Resources").Select(resource => resource.ValueKind == JsonValueKind.String ? resource.ToString() : Line(ErrorData.Text(resource, "Stack"), ErrorData.Text(resource, "Type"), ErrorData.Text(resource, "Label"))),
                "Destroy them first, or declare a new target under another label."),
            ErrorCodes.TargetAlreadyExists => Target(data),
            ErrorCodes.TargetHasDependents => new Text(
                "The config of other targets depends on what would be deleted.",
                data.Items("Dependents").Select(target => Line("target", ErrorData.Text(target, "TargetLabel"), Because(target))),
                "Delete them too with --on-dependents cascade, or change them first."),
            ErrorCodes.ResourceHasDependents => new Text(
                "Other resources depend on what would be deleted.",
                data.Items("Dependents").Select(resource => Line(ErrorData.Text(resource, "Stack"), ErrorData.Text(resource, "ResourceType"), ErrorData.Text(resource, "ResourceLabel"), Because(resource))),
                "Delete them too with --on-dependents cascade, or change them first."),
            ErrorCodes.SecretNotKnown => new Text(
                "These would be made again because of something else, and of their secrets only hashes are known.",
                data.Items("Resources").Select(resource => Line(ErrorData.Text(resource, "Stack"), ErrorData.Text(resource, "Type"), ErrorData.Text(resource, "Label"), Because(resource))),
                "Declare them in the document, with their secrets."),
            ErrorCodes.RequiredFieldMissingOnCreate => new Text(
                Invalid(error, hasDocument) ?? $"{data.Text("Label")} ({data.Text("Type")}, stack {data.Text("Stack")}) cannot be created without {string.Join(", ", data.Texts("MissingFields"))}.",
                [],
                null),
            ErrorCodes.StackReferenceNotFound => new Text(Invalid(error, hasDocument) ?? $"Stack {data.Text("StackLabel")} is neither in the document nor in the inventory.", [], "Declare it under Stacks, or check the name."),
            ErrorCodes.TargetReferenceNotFound => new Text(Invalid(error, hasDocument) ?? $"Target {data.Text("TargetLabel")} is neither in the document nor in the inventory.", [], "Declare it under Targets, or check the name."),
            ErrorCodes.InvalidQuery => new Text($"The query is wrong: {(data.Text("Reason") is { Length: > 0 } reason ? reason : message)}", [], "A query is made of field:value terms, such as stack:web type:*::Bucket."),
            ErrorCodes.PluginNotFound => new Text(message ?? $"There is no plugin {data.Text("Name")}.", [], "formae inventory plugins lists those that are there."),
            ErrorCodes.InvalidForma => new Text(Invalid(error, hasDocument) ?? message ?? "The document is wrong.", [], null),
            ErrorCodes.TooLarge => new Text(message ?? "The document is larger than the server takes.", [], null),
            ErrorCodes.NoSuchPointInTime => new Text(message ?? "Nothing is known of the stack at that time.", [], "formae history --stack STACK lists what there is to go back to."),
            ErrorCodes.ReconcilePolicyRequired => new Text(message ?? "The stack has no auto-reconcile policy.", [], "Give it one, or apply its document with --force."),
            ErrorCodes.NotFound => new Text(message ?? "There is no such thing.", [], null),
            ErrorCodes.UnknownRoute or ErrorCodes.MethodNotAllowed => new Text(message ?? "The server does not know this request.", [], "See whether --server is right: a path in it goes before that of the API. An older server may lack what was asked for."),
            ErrorCodes.Unauthorized => new Text(message ?? "The server wants a key.", [], "Give a key with --key or $FORMAE_KEY, or a token with --entra or $FORMAE_TOKEN."),
            ErrorCodes.Forbidden => new Text(message ?? "Your role may not do this.", [], null),
            ErrorCodes.AccessUnavailable => new Text(message ?? "The server cannot check tokens now.", [], "Try again later."),
            ErrorCodes.NoPluginManager => new Text(message ?? "The server does not install plugins.", [], null),
            ErrorCodes.CancelFailed => new Text(
                "Not every command could be canceled; these go on.",
                data.Members("Failures").Select(failure => Line(failure.Name, failure.Value.ToString())),
                "Cancel them again."),
            ErrorCodes.DeadLetterRefused => new Text(message ?? "This message is not sent again.", [], "formae deadletter drop removes it."),
            ErrorCodes.DeadLetterBusy => new Text(message ?? "This message could not be taken now.", [], null),
            ErrorCodes.BusUnavailable => new Text(message ?? "The server cannot reach its bus now.", [], "formae doctor says more."),
            ErrorCodes.StorageUnavailable => new Text(message ?? "The server cannot reach its storage now.", [], "Try again in a few seconds. Whether a command was taken on nevertheless, formae status says; formae doctor says more."),
            UnexpectedAnswer => new Text(message ?? "The server answered in a shape that is not Formae's.", [], "See whether --server is right: something else may listen there, or stand before it."),
            ErrorCodes.InternalError => new Text(message ?? "The server failed.", [], "Its log says more."),
            _ => new Text(message ?? "The server refused.", error.Data is { } unknown ? [new ValueText().Of(unknown)] : [], null),
        };
    }

    /// <summary>How many diagnostics follow: each says itself what it is about, and nothing is said twice.</summary>
    private static string? Invalid(ErrorResponse error, bool hasDocument)
    {
        var mistakes = error.Diagnostics?.Count(diagnostic => diagnostic.Severity == Severity.Error) ?? 0;
        if (mistakes == 0)
            return null;
        return hasDocument ? $"The document has {(mistakes == 1 ? "one mistake" : $"{mistakes} mistakes")}." : "What was asked for cannot be done.";
    }

    private static Text Target(ErrorData data)
    {
        var label = data.Text("TargetLabel");
        return data.Text("MismatchType").ToLowerInvariant() switch
        {
            "namespace" => new Text(
                $"Target {label} exists with another namespace.",
                [$"existing  {data.Text("ExistingNamespace")}", $"given     {data.Text("FormaNamespace")}"],
                "Use another label, or destroy the target first."),
            _ => new Text($"Target {label} exists already.", [], "Use another label, or destroy the target first."),
        };
    }

    private static IEnumerable<string> Modified((string Name, JsonElement Value) stack) =>
        new ErrorData(stack.Value).Items("ModifiedResources").Select(resource => Line(stack.Name, ErrorData.Text(resource, "Type"), ErrorData.Text(resource, "Label"), ErrorData.Text(resource, "Operation")));

    private static string Because(JsonElement dependent) => ErrorData.Text(dependent, "CascadeSource") is { Length: > 0 } source ? $"(depends on {source})" : "";

    private static string Line(params string[] parts) => string.Join("  ", parts.Where(part => part.Length > 0));

    private static string Names(IReadOnlyList<JsonElement> items, string name) =>
        string.Join(", ", items.Select(item => item.ValueKind == JsonValueKind.Object ? ErrorData.Text(item, name) : item.ToString()));

    private sealed record Text(string Head, IEnumerable<string> Lines, string? Advice);
}
