using System.Text.Json;
using Formae.Model;

namespace Formae.Protocol.Samples;

/// <summary>What a plugin's author gives the conformance kit: objects to try the types with, and the target that they are made on.</summary>
public sealed record ConformanceFile
{
    /// <summary>The name of the file, beside <c>plugin.json</c>.</summary>
    public const string FileName = "conformance.json";

    /// <summary>The target's config; placeholders are filled. Default: none.</summary>
    public JsonElement? Target { get; init; }

    /// <summary>Addresses that faults are put before, by the name of the variable that stands for the way through the faults. Default: none.</summary>
    public IReadOnlyDictionary<string, string> Proxies { get; init; } = new Dictionary<string, string>();

    /// <summary>In the order of the file.</summary>
    public IReadOnlyList<ConformanceSample> Samples { get; init; } = [];

    /// <summary>Where the file asks for a variable: what to name when there is none.</summary>
    public IReadOnlyList<VariableUse> Variables { get; init; } = [];
}

/// <summary>An object of a type as the kit makes and changes it; placeholders in its values are filled anew for each object.</summary>
public sealed record ConformanceSample
{
    /// <summary>What other samples call it; unique in the file.</summary>
    public required string Name { get; init; }

    /// <summary>The type's name.</summary>
    public required string Type { get; init; }

    /// <summary>What it is created with.</summary>
    public required JsonElement Properties { get; init; }

    /// <summary>The same object with other values in fields that can be changed in place. Default: none can.</summary>
    public JsonElement? Changed { get; init; }

    /// <summary>The same object with another value in a field that cannot be changed in place. Default: there is none.</summary>
    public JsonElement? Replaced { get; init; }

    /// <summary>Names of samples that are made before this one and removed after it.</summary>
    public IReadOnlyList<string> Requires { get; init; } = [];

    /// <summary>Phases that do not apply to it, each with the reason.</summary>
    public IReadOnlyDictionary<string, string> NotApplicable { get; init; } = new Dictionary<string, string>();
}

/// <summary>A place that asks for a variable.</summary>
/// <param name="Name">The variable.</param>
/// <param name="Place">Where: path, line and column, and what to say when there is none.</param>
public sealed record VariableUse(string Name, Diagnostic Place);

/// <summary>What came of reading a file.</summary>
/// <param name="File">Null when there is an error among the diagnostics.</param>
/// <param name="Diagnostics">All there is to say about it.</param>
public sealed record ConformanceReading(ConformanceFile? File, IReadOnlyList<Diagnostic> Diagnostics);
