using System.Text.Json;
using Formae.Model;

namespace Formae.Engine.Planning;

/// <summary>A resource of the document on its way through planning.</summary>
internal sealed class DeclaredResource(int index, Resource resource)
{
    public int Index => index;

    /// <summary>With stack, target and schema filled in; with its KSUID and stored references once it is identified.</summary>
    public Resource Resource { get; set; } = resource;

    public HintTree Hints { get; } = HintTree.Of(resource.Schema);

    /// <summary>The live row it stands for; null for something new.</summary>
    public Resource? Existing { get; set; }

    public PropertyPath Place => PropertyPath.Of(PropertyPath.Of(null, "Resources"), index);

    public PropertyPath PropertiesPlace => PropertyPath.Of(Place, "Properties");

    public JsonElement Properties => Resource.Properties is { ValueKind: JsonValueKind.Object } properties ? properties : JsonText.EmptyObject;
}
