namespace Formae.Plugins.Conflict;

internal static class Which
{
    public const string Namespace = "ConflictNew";
}
