using Formae.BlackBox.Tests.Scripts;

namespace Formae.BlackBox.Tests.Running;

/// <summary>A script that ended badly.</summary>
/// <param name="Script">What was run.</param>
/// <param name="Kind">The rule that was broken.</param>
/// <param name="What">What differed.</param>
/// <param name="Diary">What happened.</param>
internal sealed record Failure(Script Script, string Kind, string What, string Diary)
{
    public override string ToString() => $"""
        Broken: {Kind}
        {What}
        Seed {Script.Seed}, profile {Script.Profile}: ./do blackbox --iterations 1 --seed {Script.Seed} --profile {Script.Profile}{(Script.HasWeather ? " (messages come late and twice)" : "")}
        {Diary}
        """;
}
