using Formae.Model;
using Formae.Sdk;

namespace Formae.Plugins.Postgres;

/// <summary>What is asked for cannot be done, and PostgreSQL need not be asked. Thrown where a statement is put together, and made the answer at the handler's edge.</summary>
internal sealed class RefusedException(Problem problem) : Exception(problem.Message)
{
    public Problem Problem { get; } = problem;

    public static RefusedException Invalid(string message) => new(Problems.InvalidRequest(message));

    public static RefusedException NotUpdatable(string message) => new(Problems.NotUpdatable(message));
}
