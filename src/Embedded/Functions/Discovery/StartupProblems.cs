namespace Formae.Embedded.Functions;

/// <summary>What is wrong with an app, collected so that one start shows all of it.</summary>
internal sealed class StartupProblems
{
    private readonly List<string> _problems = [];

    public void Add(string problem) => _problems.Add(problem);

    public void Try(Action step)
    {
        try
        {
            step();
        }
        catch (StartupException e)
        {
            Add(e.Message);
        }
    }

    public void ThrowIfAny()
    {
        if (_problems.Count > 0)
            throw new StartupException(_problems.Count == 1 ? _problems[0] : $"The app cannot start:{string.Concat(_problems.Select(problem => $"{Environment.NewLine}  - {problem}"))}");
    }
}

internal sealed class StartupException(string message, Exception? innerException = null) : InvalidOperationException(message, innerException);
