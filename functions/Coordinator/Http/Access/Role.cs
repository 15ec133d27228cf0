namespace Formae.Coordinator.Http.Access;

/// <summary>Who may do what; each role may do what those before it may.</summary>
public enum Role
{
    /// <summary>Whoever reaches the endpoint, with no proof of identity.</summary>
    Anyone,

    /// <summary>Looks at what there is.</summary>
    Reader,

    /// <summary>Gives commands.</summary>
    Operator,

    /// <summary>Looks after the control plane itself.</summary>
    Admin,
}
