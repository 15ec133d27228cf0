namespace Formae.Model;

/// <summary>The codes of <see cref="Diagnostic.Code"/>. docs/errors.md says of each what causes it and what to do.</summary>
public static class DiagnosticCodes
{
    // The text of a document.
    public const string SyntaxError = "SyntaxError";
    public const string InvalidUtf8 = "InvalidUtf8";
    public const string InvalidText = "InvalidText";
    public const string TooDeep = "TooDeep";
    public const string TooLarge = "TooLarge";
    public const string ResourceTooLarge = "ResourceTooLarge";
    public const string TooManyResources = "TooManyResources";
    public const string DuplicateKey = "DuplicateKey";
    public const string UnsupportedNumber = "UnsupportedNumber";
    public const string AmbiguousNumber = "AmbiguousNumber";
    public const string UnsupportedYaml = "UnsupportedYaml";
    public const string TooManyAliases = "TooManyAliases";
    public const string PklError = "PklError";

    // Its shape.
    public const string WrongType = "WrongType";
    public const string UnknownKey = "UnknownKey";
    public const string UnknownValue = "UnknownValue";
    public const string MissingKey = "MissingKey";
    public const string InvalidLabel = "InvalidLabel";
    public const string InvalidType = "InvalidType";
    public const string DuplicateResource = "DuplicateResource";
    public const string DuplicateStack = "DuplicateStack";
    public const string DuplicateTarget = "DuplicateTarget";
    public const string ReservedStack = "ReservedStack";
    public const string InvalidPolicy = "InvalidPolicy";
    public const string DuplicatePolicy = "DuplicatePolicy";
    public const string UnknownParameter = "UnknownParameter";
    public const string MissingParameter = "MissingParameter";
    public const string WrongParameterType = "WrongParameterType";
    public const string InvalidPlaceholder = "InvalidPlaceholder";
    public const string UnknownSecret = "UnknownSecret";

    // Its meaning.
    public const string MissingStack = "MissingStack";
    public const string EmptyStack = "EmptyStack";
    public const string MissingTarget = "MissingTarget";
    public const string UnknownNamespace = "UnknownNamespace";
    public const string SchemaMismatch = "SchemaMismatch";
    public const string TypeNotice = "TypeNotice";
    public const string UnknownResourceType = "UnknownResourceType";
    public const string TargetNamespaceMismatch = "TargetNamespaceMismatch";
    public const string UnknownProperty = "UnknownProperty";
    public const string WrongPropertyType = "WrongPropertyType";
    public const string InvalidJsonText = "InvalidJsonText";
    public const string DuplicateElement = "DuplicateElement";
    public const string ConflictingProperties = "ConflictingProperties";
    public const string RequiredFieldMissing = "RequiredFieldMissing";
    public const string InvalidReference = "InvalidReference";
    public const string CircularReference = "CircularReference";
    public const string ReferenceNotFound = "ReferenceNotFound";
    public const string UnsupportedEmbed = "UnsupportedEmbed";
    public const string InvalidTemplate = "InvalidTemplate";
    public const string AmbiguousReference = "AmbiguousReference";
    public const string InvalidAlias = "InvalidAlias";
    public const string PolicyNotFound = "PolicyNotFound";
    public const string ReapingTooShort = "ReapingTooShort";
    public const string SecretNotKnown = "SecretNotKnown";
    public const string SecretBehindTarget = "SecretBehindTarget";
}
