using System.Globalization;

namespace Formae.Bench;

/// <summary>What is to be measured, from the command line.</summary>
internal sealed record BenchOptions
{
    public const string Usage = """
        usage: Formae.Bench [--cli PATH] [--quick] [--runs N] [--only NAME]... [--list]

          --cli PATH    the formae to start: formae.dll or an executable
          --quick       small numbers, one run: shows that everything works, measures little
          --runs N      runs of each scenario, 1 to 20; the median is printed (default 3, with --quick 1)
          --only NAME   only this part (see --list); may be given more than once
          --list        the parts
        """;

    public string Cli { get; init; } = "artifacts/bin/Formae.Cli/release/formae.dll";

    public bool Quick { get; init; }

    public int Runs { get; init; } = 3;

    public IReadOnlyList<string> Only { get; init; } = [];

    public bool List { get; init; }

    /// <summary>A number of resources, or the small one of a quick run.</summary>
    public int Count(int full, int quick) => Quick ? quick : full;

    public bool Wants(string part) => Only.Count == 0 || Only.Contains(part, StringComparer.OrdinalIgnoreCase);

    /// <exception cref="BenchException">The command line is wrong.</exception>
    public static BenchOptions Parse(string[] args)
    {
        var options = new BenchOptions();
        var only = new List<string>();
        int? runs = null;
        for (var i = 0; i < args.Length; i++)
        {
            switch (args[i])
            {
                case "--quick":
                    options = options with { Quick = true };
                    break;
                case "--list":
                    options = options with { List = true };
                    break;
                case "--cli" when i + 1 < args.Length:
                    options = options with { Cli = args[++i] };
                    break;
                case "--only" when i + 1 < args.Length:
                    only.Add(args[++i]);
                    break;
                case "--runs" when i + 1 < args.Length && int.TryParse(args[i + 1], CultureInfo.InvariantCulture, out var number) && number is >= 1 and <= 20:
                    runs = number;
                    i++;
                    break;
                default:
                    throw new BenchException($"'{args[i]}' is not understood.{Environment.NewLine}{Usage}");
            }
        }

        var unknown = only.Where(name => !Parts.All.Contains(name, StringComparer.OrdinalIgnoreCase)).ToList();
        if (unknown.Count > 0)
            throw new BenchException($"There is no part '{unknown[0]}'. Parts: {string.Join(", ", Parts.All)}.");
        return options with { Only = only, Runs = runs ?? (options.Quick ? 1 : 3) };
    }
}

/// <summary>The parts of a run, by the names that <c>--only</c> takes.</summary>
internal static class Parts
{
    public const string Plan = "plan";
    public const string Apply = "apply";
    public const string Large = "large";
    public const string Chain = "chain";
    public const string Latency = "latency";
    public const string Terraform = "terraform";
    public const string Bus = "bus";
    public const string Tables = "tables";
    public const string TaskHub = "taskhub";
    public const string Scale = "scale";
    public const string Crowd = "crowd";
    public const string Recovery = "recovery";

    public static IReadOnlyList<string> All { get; } = [Plan, Apply, Large, Chain, Latency, Terraform, Bus, Tables, TaskHub, Crowd, Recovery, Scale];

    /// <summary>Those that need a running control plane.</summary>
    public static IReadOnlyList<string> OfControlPlane { get; } = [Apply, Large, Chain, Latency];

    /// <summary>Those that need one of their own.</summary>
    public static IReadOnlyList<string> OfScale { get; } = [Crowd, Recovery, Scale];
}

/// <summary>The measurement cannot be made, or what was measured was not what it should be.</summary>
internal sealed class BenchException(string message) : Exception(message);
