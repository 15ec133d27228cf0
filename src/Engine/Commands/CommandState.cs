namespace Formae.Engine.Commands;

/// <summary>How a command stands as a whole.</summary>
public enum CommandState
{
    InProgress,

    /// <summary>Somebody canceled it, and something still runs.</summary>
    Canceling,
    Canceled,
    Failed,
    Success,
}

/// <summary>What follows for a command from how its updates stand.</summary>
public static class CommandStates
{
    /// <summary>
    /// While something is not final the command runs. Then what was canceled outranks what failed, and that what succeeded. A cancel that was accepted is kept:
    /// the command ends canceled, even where its last updates were quicker.
    /// </summary>
    /// <param name="updates">How its updates stand.</param>
    /// <param name="isCanceled">Whether somebody canceled it.</param>
    /// <param name="isBroken">Whether it failed as a whole.</param>
    public static CommandState Of(IEnumerable<NodeState> updates, bool isCanceled, bool isBroken)
    {
        var states = updates.ToHashSet();
        if (states.Overlaps([NodeState.NotStarted, NodeState.Started]))
            return isCanceled ? CommandState.Canceling : CommandState.InProgress;
        return isCanceled || states.Contains(NodeState.Canceled) ? CommandState.Canceled
            : isBroken || states.Overlaps([NodeState.Failed, NodeState.Rejected]) ? CommandState.Failed
            : CommandState.Success;
    }
}
