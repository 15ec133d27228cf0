using Formae.Model;

namespace Formae.Sdk;

/// <summary>Makes a record the shape of one resource type: its public properties are the type's properties, under the same names.</summary>
/// <param name="name"><c>NAMESPACE::Service::Kind</c>; the namespace is the plugin's.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class ResourceTypeAttribute(string name) : Attribute
{
    /// <summary><c>NAMESPACE::Service::Kind</c>, as documents write it.</summary>
    public string Name { get; } = name;

    /// <summary>The property whose value is the native id. Empty (the default) when the native id is no property.</summary>
    public string Identifier { get; set; } = "";

    /// <summary>Whether objects of the type are looked for in the cloud. Default true; has an effect only when the handler is <see cref="IListable{T}"/>.</summary>
    public bool Discoverable { get; set; } = true;

    /// <summary>Whether live objects may be written out as a document. Default true.</summary>
    public bool Extractable { get; set; } = true;

    /// <summary>Whether an object may be created anew when its target moves to another config. Default false.</summary>
    public bool Portable { get; set; }

    /// <summary>The type that contains this one, such as <c>FakeAWS::EC2::VPC</c>. Empty (the default) for a type that stands alone.</summary>
    public string Parent { get; set; } = "";

    /// <summary>One sentence that every plan of a document with such a resource shows as a warning, once. Empty (the default) for a type of which there is nothing to warn.</summary>
    public string Notice { get; set; } = "";
}

/// <summary>Says how a child names its parent when its objects are listed: the parent's property is passed to <see cref="IListable{T}"/> under a name of its own.</summary>
/// <param name="parentProperty">A property of the parent, such as <c>VpcId</c>.</param>
/// <param name="childProperty">The name under which the value is passed: see <see cref="ListRequest{T}.Parameters"/>.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false, AllowMultiple = true)]
public sealed class ParentPropertyAttribute(string parentProperty, string childProperty) : Attribute
{
    /// <summary>A property of the parent.</summary>
    public string ParentProperty { get; } = parentProperty;

    /// <summary>The name under which its value is passed.</summary>
    public string ChildProperty { get; } = childProperty;

    internal ParentMapping ToMapping() => new() { ParentProperty = ParentProperty, ChildProperty = ChildProperty };
}
