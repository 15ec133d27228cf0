namespace Formae.Plugins.AzureResources.Mapping;

/// <summary>Where a property stands in the object that Azure knows; inside of another record, relative to that. Without it: nowhere at the top, and the name with a small first letter inside.</summary>
/// <param name="path">Members from the outside in, with dots between, such as <c>properties.accessTier</c>.</param>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class ArmAttribute(string path) : Attribute
{
    public string Path { get; } = path;

    /// <summary>Azure writes it in its own spelling: letters and spaces do not count, and what the document says is shown.</summary>
    public bool IsLoose { get; set; }
}

/// <summary>Which type of Azure a record stands for.</summary>
/// <param name="id">The object's id below its subscription, with the names of properties in braces.</param>
/// <param name="apiVersion">The version of Azure's API that its properties are those of.</param>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class ArmTypeAttribute(string id, string apiVersion) : Attribute
{
    public string Id { get; } = id;

    public string ApiVersion { get; } = apiVersion;

    /// <summary>Whether it can have tags, and with them the mark of who made it.</summary>
    public bool IsTagged { get; set; } = true;

    /// <summary>Whether it is changed by PATCH; otherwise the whole object is put.</summary>
    public bool IsPatched { get; set; }
}
