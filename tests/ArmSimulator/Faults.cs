namespace Formae.ArmSimulator;

/// <summary>What goes wrong on purpose: each fault is used up by the requests that it fits, in the order in which the faults were given.</summary>
public sealed class Faults
{
    private readonly List<Fault> _faults = [];
    private readonly Lock _access = new();

    public void Add(Fault fault)
    {
        lock (_access)
            _faults.Add(fault);
    }

    public void Clear()
    {
        lock (_access)
            _faults.Clear();
    }

    internal Fault? Take(string method, string path)
    {
        lock (_access)
        {
            var index = _faults.FindIndex(fault => fault.Fits(method, path));
            if (index < 0)
                return null;
            var found = _faults[index];
            if (found.Times <= 1)
                _faults.RemoveAt(index);
            else
                _faults[index] = found with { Times = found.Times - 1 };
            return found;
        }
    }
}

/// <summary>One thing that goes wrong.</summary>
public sealed record Fault
{
    public FaultKind Kind { get; init; } = FaultKind.Refuse;

    /// <summary>Which method; null is any.</summary>
    public string? Method { get; init; }

    /// <summary>What the path ends with; null is any.</summary>
    public string? PathEnd { get; init; }

    /// <summary>For how many requests.</summary>
    public int Times { get; init; } = 1;

    /// <summary>The answer's status.</summary>
    public int Status { get; init; } = 500;

    /// <summary>The error's code; null answers without a body.</summary>
    public string? Code { get; init; }

    public string Message { get; init; } = "This went wrong on purpose.";

    /// <summary>The whole body, instead of one made of code and message.</summary>
    public string? Body { get; init; }

    /// <summary>In seconds.</summary>
    public int? RetryAfter { get; init; }

    internal bool Fits(string method, string path) =>
        (Method is null || Method == method) && (PathEnd is null || path.EndsWith(PathEnd, StringComparison.OrdinalIgnoreCase));
}

public enum FaultKind
{
    /// <summary>Nothing is done, and the answer is the error.</summary>
    Refuse,

    /// <summary>The connection is cut before anything is done.</summary>
    CutBefore,

    /// <summary>All is done, and the connection is cut instead of an answer.</summary>
    CutAfter,

    /// <summary>It is taken, and the operation that follows fails with the error.</summary>
    FailOperation,

    /// <summary>It is taken, and the operation that follows is canceled.</summary>
    CancelOperation,
}
