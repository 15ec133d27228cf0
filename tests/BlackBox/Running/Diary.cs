using System.Globalization;
using System.Text;

namespace Formae.BlackBox.Tests.Running;

/// <summary>What happened in a run, step by step, for whoever reads its failure.</summary>
internal sealed class Diary
{
    private readonly StringBuilder _text = new();
    private int _step;

    public void Step(object step) => _text.AppendLine().Append(CultureInfo.InvariantCulture, $"{++_step,3}. {step}");

    public void Note(string what) => _text.AppendLine().Append("       ").Append(what);

    public override string ToString() => _text.ToString();
}
