using System.Text;
using Formae.Messaging.Keys;

namespace Formae.Messaging.Signing;

/// <summary>
/// The name of a message on the bus: what its sender calls it, and behind it a tag that only who has the key can compute. The bus drops a message whose name it knows before
/// anybody looks at its signature; without the tag, whoever may write to a queue could keep a genuine message out by taking its name before it comes.
/// </summary>
internal static class MessageName
{
    /// <summary>No text that is signed for another purpose begins so.</summary>
    private const string Purpose = "formae-name";

    /// <summary>The same for as long as the same key signs, however often and whenever it is sent.</summary>
    /// <param name="name">What its sender calls it.</param>
    /// <param name="queue">Where it goes.</param>
    /// <param name="key">The key that signs; null where messages travel unsigned.</param>
    public static string Of(string name, string queue, MessageKey? key) => key is null ? name : $"{name}~{key.Tag(Encoding.UTF8.GetBytes($"{Purpose}\n{queue}\n{name}"))}";
}
