using Formae.Embedded.DurableTask.Storage;

namespace Formae.Embedded.DurableTask.Entities;

/// <summary>An entity with something to do, or remembered. Its members belong to whoever works on it.</summary>
internal sealed class Entity(string id) : Inbox(id)
{
    /// <summary>Whether <see cref="Row"/> was read.</summary>
    public bool IsKnown { get; set; }

    /// <summary>What is stored of it; null when nothing is.</summary>
    public EntityRow? Row { get; set; }

    public int FailedCommits { get; set; }
}
