using Formae.Model;

namespace Formae.Sdk;

/// <summary>Says how a property behaves; each attribute adds one thing to the property's <see cref="FieldHint"/>.</summary>
[AttributeUsage(AttributeTargets.Property)]
public abstract class FieldAttribute : Attribute
{
    internal abstract FieldHint Apply(FieldHint hint);
}

/// <summary>The value cannot be changed in place: a change means delete and create.</summary>
public sealed class CreateOnlyAttribute : FieldAttribute
{
    internal override FieldHint Apply(FieldHint hint) => hint with { CreateOnly = true };
}

/// <summary>A secret: it travels sealed, is stored as its digest, and is never shown.</summary>
public sealed class OpaqueAttribute : FieldAttribute
{
    internal override FieldHint Apply(FieldHint hint) => hint with { Opaque = true };
}

/// <summary>No read returns the value; the last written one is kept.</summary>
public sealed class WriteOnlyAttribute : FieldAttribute
{
    internal override FieldHint Apply(FieldHint hint) => hint with { WriteOnly = true };
}

/// <summary>A create without the value is refused at planning, although the property itself may be absent later.</summary>
public sealed class RequiredOnCreateAttribute : FieldAttribute
{
    internal override FieldHint Apply(FieldHint hint) => hint with { RequiredOnCreate = true };
}

/// <summary>The cloud wants the value in every update, changed or not.</summary>
public sealed class RequiredOnUpdateAttribute : FieldAttribute
{
    internal override FieldHint Apply(FieldHint hint) => hint with { RequiredOnUpdate = true };
}

/// <summary>The cloud fills the value in when it is left out; leaving it out is no request to remove it.</summary>
public sealed class ProviderDefaultAttribute : FieldAttribute
{
    internal override FieldHint Apply(FieldHint hint) => hint with { HasProviderDefault = true };
}

/// <summary>A list without order: two lists with the same members are equal.</summary>
public sealed class SetAttribute : FieldAttribute
{
    internal override FieldHint Apply(FieldHint hint) => hint with { UpdateMethod = UpdateMethod.Set };
}

/// <summary>A list of objects without order, told apart by one of their properties.</summary>
/// <param name="key">The property that tells them apart, such as <c>Key</c>.</param>
public sealed class KeyedSetAttribute(string key) : FieldAttribute
{
    /// <summary>The property that tells the members apart.</summary>
    public string Key { get; } = key;

    internal override FieldHint Apply(FieldHint hint) => hint with { UpdateMethod = UpdateMethod.EntitySet, IndexField = Key };
}

/// <summary>A list whose order means something.</summary>
public sealed class OrderedListAttribute : FieldAttribute
{
    internal override FieldHint Apply(FieldHint hint) => hint with { UpdateMethod = UpdateMethod.Array };
}

/// <summary>The value is written as a whole: no part of it can be changed alone.</summary>
public sealed class AtomicAttribute : FieldAttribute
{
    internal override FieldHint Apply(FieldHint hint) => hint with { UpdateMethod = UpdateMethod.Atomic };
}

/// <summary>The string holds a JSON document, and two strings are equal when their documents are.</summary>
public sealed class JsonTextAttribute : FieldAttribute
{
    internal override FieldHint Apply(FieldHint hint) => hint with { Format = "json" };
}

/// <summary>
/// One of several alternatives, such as a content as text and the same as base64: of a group an object has one at most. A document that declares two is refused before the plugin sees it, and one that declares
/// another one than before drops the stored one, so that an update's <see cref="UpdateRequest{T}.Desired"/> holds what is declared. Not for required properties.
/// </summary>
/// <param name="group">A word for what they are alternatives of, such as <c>content</c>: the same one at each of them, all in one record.</param>
public sealed class OneOfAttribute(string group) : FieldAttribute
{
    /// <summary>What they are alternatives of.</summary>
    public string Group { get; } = group;

    internal override FieldHint Apply(FieldHint hint) => hint with { OneOf = Group };
}

/// <summary>
/// The property can be there only while another one has a certain value. A document that declares it beside another value is refused before the plugin sees it; one that declares another value drops what is stored
/// of it, and one that declares it drops another stored value that it does not declare.
/// </summary>
/// <param name="property">The other property, of the same record or of a record around it; the nearest one of this name.</param>
/// <param name="value">The value: a text, the name of an enum's member, or what JSON writes for a number or a boolean.</param>
public sealed class OnlyWhenAttribute(string property, string value) : FieldAttribute
{
    /// <summary>The other property.</summary>
    public string Property { get; } = property;

    /// <summary>The value that it must have.</summary>
    public string Value { get; } = value;

    internal override FieldHint Apply(FieldHint hint) => hint with { OnlyWhen = new FieldCondition { Field = Property, Value = Value } };
}

/// <summary>A reference here attaches this resource to another one: on destroy the other one goes first.</summary>
public sealed class AttachesToAttribute : FieldAttribute
{
    internal override FieldHint Apply(FieldHint hint) => hint with { EdgeKind = EdgeKind.AttachesTo };
}

/// <summary>A reference here waits for the other resource's contained children too.</summary>
public sealed class RuntimeDependencyAttribute : FieldAttribute
{
    internal override FieldHint Apply(FieldHint hint) => hint with { EdgeKind = EdgeKind.RuntimeDependency };
}

/// <summary>The cloud alone sets the value: it is an output, no field of the schema, and may be referred to but not written.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ReadOnlyAttribute : Attribute;

/// <summary>One sentence for people, shown by editors and in the documentation.</summary>
/// <param name="text">The sentence.</param>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Class)]
public sealed class DescriptionAttribute(string text) : Attribute
{
    /// <summary>The sentence.</summary>
    public string Text { get; } = text;
}
