using System.Text;
using System.Xml;
using System.Xml.Linq;
using Azure.Core;
using Formae.Messaging.Payloads;
using Microsoft.AspNetCore.DataProtection.Repositories;

namespace Formae.Messaging.KeyRing;

/// <summary>The ring of keys that secrets are sealed with, in a container of Blob storage: a blob for each key. None is ever written over.</summary>
internal sealed class BlobKeyRing(BlobContainer container) : IXmlRepository
{
    /// <summary>The container; it is made with the first key.</summary>
    public const string Container = "formae-keys";

    public IReadOnlyCollection<XElement> GetAllElements()
    {
        var elements = new List<XElement>();
        string? marker = null;
        do
        {
            using var page = container.Send(RequestMethod.Get, container.ListOf("", marker));
            container.Accept(page, 200, 404);
            if (page.Status == 404)
                return elements;
            var (blobs, next) = BlobContainer.ReadList(page);
            foreach (var (name, _) in blobs)
            {
                // One that was removed meanwhile is no longer in the ring.
                using var answer = container.Send(RequestMethod.Get, container.BlobOf(name));
                container.Accept(answer, 200, 404);
                if (answer.Status == 200)
                    elements.Add(Read(name, answer.Content));
            }

            marker = next;
        }
        while (marker is not null);
        return elements;
    }

    public void StoreElement(XElement element, string friendlyName)
    {
        var content = Encoding.UTF8.GetBytes(element.ToString(SaveOptions.DisableFormatting));
        using var answer = container.PutNew($"{NameOf(friendlyName)}.xml", content, "application/xml");

        // The pipeline sends once more what it has no answer to, and finds its own.
        container.AcceptMade(answer, "BlobAlreadyExists");
    }

    /// <summary>The framework's names are made of a word and an id; anything else gets an id of its own.</summary>
    private static string NameOf(string friendlyName) =>
        friendlyName.Length is > 0 and < 100 && friendlyName.All(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_') ? friendlyName : Guid.NewGuid().ToString();

    private static XElement Read(string name, BinaryData content)
    {
        try
        {
            return XElement.Parse(content.ToString());
        }
        catch (XmlException wrong)
        {
            throw new InvalidDataException($"The blob {name} in the container {Container} is no key: {wrong.Message}", wrong);
        }
    }
}
