namespace Formae.Engine.Planning;

/// <summary>The codes of <see cref="PlanOutcome.Rejected"/>, which are those of the error responses.</summary>
public static class RejectionCodes
{
    public const string CyclesDetected = "CyclesDetected";
    public const string PatchRejected = "PatchRejected";
    public const string EmptyStackRejected = "EmptyStackRejected";
    public const string ReferencedResourcesNotFound = "ReferencedResourcesNotFound";
    public const string TargetAlreadyExists = "TargetAlreadyExists";
    public const string NonPortableResources = "NonPortableResources";
    public const string ReconcileRejected = "ReconcileRejected";
    public const string TargetHasDependents = "TargetHasDependents";
    public const string ResourceHasDependents = "ResourceHasDependents";
    public const string RequiredFieldMissingOnCreate = "RequiredFieldMissingOnCreate";
    public const string StackReferenceNotFound = "StackReferenceNotFound";
    public const string TargetReferenceNotFound = "TargetReferenceNotFound";
    public const string SecretNotKnown = "SecretNotKnown";
}
