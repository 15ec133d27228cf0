using System.Text.Json;
using Formae.Model;

namespace Formae.Engine.Planning;

/// <summary>Each refusal with its payload and its sentence.</summary>
internal static class Rejections
{
    public static PlanOutcome CyclesDetected(IReadOnlyList<string> names, IReadOnlyList<Diagnostic> diagnostics) => Rejected(
        RejectionCodes.CyclesDetected,
        names.Count == 1
            ? $"{names[0]} refers to itself, so it cannot come first. Take the reference out."
            : $"These refer to each other in a circle, so none can come first: {string.Join(" → ", names.Append(names[0]))}. Take one of the references out.",
        static _ => { },
        diagnostics);

    public static PlanOutcome PatchRejected(IReadOnlyList<Stack> unknown) => Rejected(
        RejectionCodes.PatchRejected,
        $"A patch changes what exists, and there is no stack {Quoted(unknown.Select(stack => stack.Label))} yet. Apply it in reconcile mode first.",
        data => WriteArray(data, "UnknownStacks", unknown, WriteStack));

    public static PlanOutcome.Rejected ReconcileRejected(IReadOnlyList<Modification> modifications) => Rejected(
        RejectionCodes.ReconcileRejected,
        $"Others changed {Quoted(modifications.Take(5).Select(one => $"{one.Stack}/{one.Type}/{one.Label}"))}{(modifications.Count > 5 ? ", …" : "")} since the last reconcile, and this document would undo it. "
            + "Take the changes into the document, or apply with force.",
        data =>
        {
            data.WriteStartObject("ModifiedStacks");
            foreach (var stack in modifications.GroupBy(modification => modification.Stack, StringComparer.Ordinal))
            {
                data.WritePropertyName(stack.Key);
                Drift.Write(stack, data);
            }

            data.WriteEndObject();
        });

    public static PlanOutcome EmptyStackRejected(IReadOnlyList<string> labels, IReadOnlyList<Diagnostic> diagnostics) => Rejected(
        RejectionCodes.EmptyStackRejected,
        $"The new stack {Quoted(labels)} has no resources. A stack comes into being with its first resource.",
        data => WriteArray(data, "EmptyStacks", labels, static (writer, label) => writer.WriteStringValue(label)),
        diagnostics);

    public static PlanOutcome ReferencedResourcesNotFound(IReadOnlyList<ResourceKey> missing, IReadOnlyList<Diagnostic> diagnostics) => Rejected(
        RejectionCodes.ReferencedResourcesNotFound,
        $"{(missing.Count == 1 ? "A resource that is referred to does" : $"{missing.Count} resources that are referred to do")} not exist: {string.Join(", ", missing.Take(5))}{(missing.Count > 5 ? ", …" : "")}.",
        data => WriteArray(data, "MissingResources", missing, static (writer, key) =>
        {
            writer.WriteStartObject();
            writer.WriteString("Label", key.Label);
            writer.WriteString("Type", key.Type);
            writer.WriteString("Stack", key.Stack);
            writer.WriteEndObject();
        }),
        diagnostics);

    public static PlanOutcome TargetNamespaceDiffers(Target existing, Target declared) => Rejected(
        RejectionCodes.TargetAlreadyExists,
        $"The target '{declared.Label}' exists and belongs to the namespace {existing.Namespace}, not {declared.Namespace}. Choose another label.",
        data =>
        {
            data.WriteString("TargetLabel", declared.Label);
            data.WriteString("MismatchType", "namespace");
            data.WriteString("ExistingNamespace", existing.Namespace);
            data.WriteString("FormaNamespace", declared.Namespace);
        });

    public static PlanOutcome NonPortableResources(string target, IReadOnlyList<Resource> resources) => Rejected(
        RejectionCodes.NonPortableResources,
        $"The target '{target}' would be replaced, and {(resources.Count == 1 ? "a resource" : $"{resources.Count} resources")} on it cannot be made again elsewhere: {Some(resources.Select(resource => resource.Key))}. Give the new config to a target of another label.",
        data =>
        {
            data.WriteString("TargetLabel", target);
            WriteArray(data, "Resources", resources, static (writer, resource) => writer.WriteStringValue(resource.Key.ToString()));
        });

    public static PlanOutcome SecretNotKnown(IReadOnlyList<(Resource Resource, string Source, IReadOnlyList<PropertyPath> Fields)> resources) => Rejected(
        RejectionCodes.SecretNotKnown,
        $"Because of '{resources[0].Source}' {Some(resources.Select(one => one.Resource.Key))} would be made again, and of a secret in it only the hash is known. Declare it in this document, with the secret.",
        data => WriteArray(data, "Resources", resources, static (writer, one) =>
        {
            writer.WriteStartObject();
            writer.WriteString("Stack", one.Resource.Stack);
            writer.WriteString("Type", one.Resource.Type);
            writer.WriteString("Label", one.Resource.Label);
            writer.WriteString("CascadeSource", one.Source);
            WriteArray(writer, "Fields", one.Fields, static (fields, field) => fields.WriteStringValue(field.ToString()));
            writer.WriteEndObject();
        }));

    public static PlanOutcome RequiredFieldMissing(Resource resource, IReadOnlyList<string> fields, IReadOnlyList<Diagnostic> diagnostics) => Rejected(
        RejectionCodes.RequiredFieldMissingOnCreate,
        $"To create {resource.Key} it needs {Quoted(fields)}.",
        data =>
        {
            WriteArray(data, "MissingFields", fields, static (writer, field) => writer.WriteStringValue(field));
            data.WriteString("Stack", resource.Stack);
            data.WriteString("Label", resource.Label);
            data.WriteString("Type", resource.Type);
        },
        diagnostics);

    public static PlanOutcome StackReferenceNotFound(string label, IReadOnlyList<Diagnostic> diagnostics) => Rejected(
        RejectionCodes.StackReferenceNotFound,
        $"The stack '{label}' is neither declared in the document nor known. Declare it under Stacks.",
        data => data.WriteString("StackLabel", label),
        diagnostics);

    public static PlanOutcome TargetReferenceNotFound(string label, IReadOnlyList<Diagnostic> diagnostics) => Rejected(
        RejectionCodes.TargetReferenceNotFound,
        $"The target '{label}' is neither declared in the document nor known. Declare it under Targets.",
        data => data.WriteString("TargetLabel", label),
        diagnostics);

    public static PlanOutcome ResourceHasDependents(IReadOnlyList<(Resource Resource, string Source)> dependents) => Rejected(
        RejectionCodes.ResourceHasDependents,
        $"Others depend on what would be deleted: {Some(dependents.Select(dependent => dependent.Resource.Key))}. Change or destroy them first, or ask for a cascade.",
        data => WriteArray(data, "Dependents", dependents, static (writer, dependent) =>
        {
            writer.WriteStartObject();
            writer.WriteString("ResourceLabel", dependent.Resource.Label);
            writer.WriteString("ResourceType", dependent.Resource.Type);
            writer.WriteString("Stack", dependent.Resource.Stack);
            writer.WriteString("CascadeSource", dependent.Source);
            writer.WriteEndObject();
        }));

    public static PlanOutcome TargetHasDependents(IReadOnlyList<(string Target, string Source)> dependents) => Rejected(
        RejectionCodes.TargetHasDependents,
        $"The config of {Quoted(dependents.Select(dependent => dependent.Target))} refers to what would be deleted. Change or destroy the target first, or ask for a cascade.",
        data => WriteArray(data, "Dependents", dependents, static (writer, dependent) =>
        {
            writer.WriteStartObject();
            writer.WriteString("TargetLabel", dependent.Target);
            writer.WriteString("CascadeSource", dependent.Source);
            writer.WriteEndObject();
        }));

    private static PlanOutcome.Rejected Rejected(string code, string message, Action<Utf8JsonWriter> data, IReadOnlyList<Diagnostic>? diagnostics = null) =>
        new(code, message, JsonText.Write(writer =>
        {
            writer.WriteStartObject();
            data(writer);
            writer.WriteEndObject();
        }), diagnostics ?? []);

    private static void WriteArray<T>(Utf8JsonWriter writer, string name, IReadOnlyList<T> items, Action<Utf8JsonWriter, T> write)
    {
        writer.WriteStartArray(name);
        foreach (var item in items)
            write(writer, item);
        writer.WriteEndArray();
    }

    private static void WriteStack(Utf8JsonWriter writer, Stack stack)
    {
        writer.WriteStartObject();
        writer.WriteString("Label", stack.Label);
        if (stack.Description is not null)
            writer.WriteString("Description", stack.Description);
        writer.WriteEndObject();
    }

    private static string Some(IEnumerable<ResourceKey> keys)
    {
        var all = keys.Distinct().ToList();
        return $"{string.Join(", ", all.Take(5))}{(all.Count > 5 ? ", …" : "")}";
    }

    private static string Quoted(IEnumerable<string> names) => string.Join(", ", names.Select(name => $"'{name}'"));
}
