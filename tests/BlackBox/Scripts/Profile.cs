namespace Formae.BlackBox.Tests.Scripts;

/// <summary>What kind of sequences are drawn.</summary>
/// <param name="Name">As it is asked for.</param>
/// <param name="Stacks">How many stacks.</param>
/// <param name="Trees">Trees of five resources in each.</param>
/// <param name="Fewest">Steps of a sequence, at least.</param>
/// <param name="Most">At most.</param>
/// <param name="WaitsForEach">Whether each command ends before the next step.</param>
/// <param name="Fails">Whether the cloud refuses and throttles.</param>
/// <param name="IsChaos">Changes from outside, cancels, crashes, times to live, messages that come late and twice.</param>
internal sealed record Profile(string Name, int Stacks, int Trees, int Fewest, int Most, bool WaitsForEach, bool Fails, bool IsChaos)
{
    public static IReadOnlyList<Profile> All { get; } =
    [
        new(nameof(SequentialHappyPath), 1, 2, 3, 10, WaitsForEach: true, Fails: false, IsChaos: false),
        new(nameof(SequentialWithFailures), 1, 2, 3, 10, WaitsForEach: true, Fails: true, IsChaos: false),
        new(nameof(ConcurrentMultiStack), 3, 2, 5, 15, WaitsForEach: false, Fails: false, IsChaos: false),
        new(nameof(ConcurrentWithFailures), 3, 2, 5, 15, WaitsForEach: false, Fails: true, IsChaos: false),
        new(nameof(FullChaos), 3, 2, 10, 30, WaitsForEach: false, Fails: true, IsChaos: true),
    ];

    public static Profile SequentialHappyPath => Named(nameof(SequentialHappyPath));

    public static Profile SequentialWithFailures => Named(nameof(SequentialWithFailures));

    public static Profile ConcurrentMultiStack => Named(nameof(ConcurrentMultiStack));

    public static Profile ConcurrentWithFailures => Named(nameof(ConcurrentWithFailures));

    public static Profile FullChaos => Named(nameof(FullChaos));

    public static Profile Named(string name) => All.Single(profile => string.Equals(profile.Name, name, StringComparison.OrdinalIgnoreCase));

    public Slots Slots => new(Stacks, Trees);

    public override string ToString() => Name;
}
