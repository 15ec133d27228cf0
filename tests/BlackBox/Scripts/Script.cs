using System.Globalization;
using System.Text;

namespace Formae.BlackBox.Tests.Scripts;

/// <summary>A sequence that can be run, again and again.</summary>
/// <param name="Profile">What it was drawn by.</param>
/// <param name="Seed">From which it was drawn, and with it the weather of the bus.</param>
/// <param name="Steps">What is done.</param>
/// <param name="HasWeather">Whether messages come late and twice.</param>
internal sealed record Script(string Profile, int Seed, IReadOnlyList<Step> Steps, bool HasWeather)
{
    public override string ToString()
    {
        var text = new StringBuilder();
        for (var i = 0; i < Steps.Count; i++)
            text.Append(CultureInfo.InvariantCulture, $"{i + 1,3}. {Steps[i]}").AppendLine();
        return text.ToString();
    }
}
