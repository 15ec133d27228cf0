using Formae.Model;

namespace Formae.Sdk;

/// <summary>Makes the problems that handlers answer with most. Any other is <c>new Problem { Code = ProblemCodes.X, Message = … }</c>.</summary>
public static class Problems
{
    /// <summary>The object is not there. Retried, except after a delete, where it is success.</summary>
    public static Problem NotFound(string message) => Of(ProblemCodes.NotFound, message);

    /// <summary>The cloud will never accept this: a value is wrong. Final.</summary>
    public static Problem InvalidRequest(string message) => Of(ProblemCodes.InvalidRequest, message);

    /// <summary>Another object of that name is there already. Final.</summary>
    public static Problem AlreadyExists(string message) => Of(ProblemCodes.AlreadyExists, message);

    /// <summary>Something is in the way that may go away, such as children that still exist. Retried.</summary>
    public static Problem ResourceConflict(string message) => Of(ProblemCodes.ResourceConflict, message);

    /// <summary>The value cannot be changed in place. Final.</summary>
    public static Problem NotUpdatable(string message) => Of(ProblemCodes.NotUpdatable, message);

    /// <summary>The credentials do not allow it. Final.</summary>
    public static Problem AccessDenied(string message) => Of(ProblemCodes.AccessDenied, message);

    /// <summary>Too many calls. Retried after growing pauses, at the earliest after <paramref name="retryAfter"/>.</summary>
    public static Problem Throttled(string message, TimeSpan? retryAfter = null) => new() { Code = ProblemCodes.Throttling, Message = message, RetryAfter = retryAfter };

    /// <summary>More or larger than the cloud allows. Final.</summary>
    public static Problem ServiceLimit(string message) => Of(ProblemCodes.ServiceLimitExceeded, message);

    /// <summary>A problem of any code; see <see cref="ProblemCodes"/>.</summary>
    public static Problem Of(string code, string message) => new() { Code = code, Message = message };
}
