namespace Formae.Model;

/// <summary>
/// The older form of a reference, which names a resource instead of its identity: <c>formae://vnet.net.demo/web/net1#/Id</c> is the property Id of the resource net1
/// of the type DEMO::Net::Vnet in the stack web.
/// </summary>
public static class TripletUri
{
    private const string Scheme = "formae://";

    /// <summary>The resource, its type in lower case (types are compared without regard to case), and the path of the property; false for any other text.</summary>
    public static bool TryParse(string? text, out ResourceKey key, out string path)
    {
        key = default;
        path = "";
        if (text is null || !text.StartsWith(Scheme, StringComparison.Ordinal))
            return false;
        var end = text.IndexOf("#/", StringComparison.Ordinal);
        var parts = (end < 0 ? text.TrimEnd('#') : text[..end])[Scheme.Length..].Split('/', 3);
        if (end < 0 || parts is not [{ Length: > 0 } reversed, { Length: > 0 } stack, { Length: > 0 } label])
            return false;

        // Kind and namespace have no dots; what lies between them may.
        var first = reversed.IndexOf('.', StringComparison.Ordinal);
        var last = reversed.LastIndexOf('.');
        path = text[(end + 2)..];
        if (first <= 0 || last <= first + 1 || last == reversed.Length - 1 || path.Length == 0)
            return false;
        key = new ResourceKey(stack, $"{reversed[(last + 1)..]}::{reversed[(first + 1)..last]}::{reversed[..first]}", label);
        return true;
    }
}
