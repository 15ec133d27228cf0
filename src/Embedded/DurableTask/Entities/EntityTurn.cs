using Formae.Embedded.DurableTask.Messages;

namespace Formae.Embedded.DurableTask.Entities;

/// <summary>What of an entity's waiting messages its lock lets through, in order. A decision: nothing is done here.</summary>
internal sealed class EntityTurn
{
    // Keeps one entity's commit small enough not to hold up the others.
    private const int MostOperations = 1000;

    private EntityTurn(string? lockedBy) => LockedBy = lockedBy;

    public List<Message> Operations { get; } = [];

    /// <summary>Locks taken, to be passed on; and every message that has had its effect by that.</summary>
    public List<EntityRequest.Lock> Granted { get; } = [];

    public List<Message> Consumed { get; } = [];

    public List<Message> Left { get; private set; } = [];

    public string? LockedBy { get; private set; }

    public bool IsFull => Operations.Count >= MostOperations;

    public static EntityTurn Of(IReadOnlyList<Message> waiting, string? lockedBy)
    {
        var turn = new EntityTurn(lockedBy);
        foreach (var message in waiting)
            turn.Consider(message);
        return turn;
    }

    private void Consider(Message message)
    {
        switch ((EntityRequest)message.Body)
        {
            case EntityRequest.Operation operation when (LockedBy is null || operation.Caller?.InstanceId == LockedBy) && !IsFull:
                Operations.Add(message);
                break;
            case EntityRequest.Lock request when LockedBy is null && !IsFull:
                LockedBy = request.Caller.InstanceId;
                Granted.Add(request);
                Consumed.Add(message);
                break;
            case EntityRequest.Unlock release when !IsFull:
                Consumed.Add(message);
                if (release.Holder == LockedBy)
                    Unlock();
                break;
            default:
                Left.Add(message);
                break;
        }
    }

    private void Unlock()
    {
        LockedBy = null;
        var held = Left;
        Left = [];
        foreach (var message in held)
            Consider(message);
    }
}
