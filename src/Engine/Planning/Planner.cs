namespace Formae.Engine.Planning;

/// <summary>Decides what a command does. Pure: the same request gives the same plan.</summary>
public static class Planner
{
}
