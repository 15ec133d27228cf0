using System.Globalization;
using System.Text;
using System.Xml;

namespace Formae.Sdk.Conformance;

/// <summary>A report in the XML of JUnit, which build servers show: a suite for each sample, a case for each phase.</summary>
public static class JUnitFile
{
    /// <summary>Writes it.</summary>
    /// <param name="report">What came of the phases.</param>
    /// <param name="name">What was tried.</param>
    /// <param name="to">Takes UTF-8; stays open.</param>
    public static void Write(ConformanceReport report, string name, Stream to)
    {
        using var xml = XmlWriter.Create(to, new XmlWriterSettings { Indent = true, Encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), CloseOutput = false });
        xml.WriteStartElement("testsuites");
        Totals(xml, name, report.Results);
        foreach (var sample in report.Results.GroupBy(result => (result.Type, result.Sample)))
        {
            xml.WriteStartElement("testsuite");
            var suite = sample.Key.Sample.Length == 0 ? sample.Key.Type : $"{sample.Key.Type} ({sample.Key.Sample})";
            Totals(xml, suite, [.. sample]);
            foreach (var result in sample)
                Case(xml, suite, result);
            xml.WriteEndElement();
        }

        xml.WriteEndElement();
    }

    private static void Totals(XmlWriter xml, string name, IReadOnlyList<PhaseResult> results)
    {
        xml.WriteAttributeString("name", Clean(name));
        xml.WriteAttributeString("tests", results.Count.ToString(CultureInfo.InvariantCulture));
        xml.WriteAttributeString("failures", results.Count(result => result.Verdict == Verdict.Failed).ToString(CultureInfo.InvariantCulture));
        xml.WriteAttributeString("skipped", results.Count(result => result.Verdict == Verdict.NotApplicable).ToString(CultureInfo.InvariantCulture));
        xml.WriteAttributeString("time", Seconds(results.Aggregate(TimeSpan.Zero, (sum, result) => sum + result.Duration)));
    }

    private static void Case(XmlWriter xml, string suite, PhaseResult result)
    {
        xml.WriteStartElement("testcase");
        xml.WriteAttributeString("classname", Clean(suite));
        xml.WriteAttributeString("name", result.Phase.Name);
        xml.WriteAttributeString("time", Seconds(result.Duration));
        if (result.Verdict != Verdict.Passed)
        {
            xml.WriteStartElement(result.Verdict == Verdict.Failed ? "failure" : "skipped");
            xml.WriteAttributeString("message", Clean(result.Reason ?? ""));
            xml.WriteEndElement();
        }

        xml.WriteEndElement();
    }

    private static string Seconds(TimeSpan duration) => duration.TotalSeconds.ToString("0.000", CultureInfo.InvariantCulture);

    // What a cloud says may hold characters that XML has no way to write.
    private static string Clean(string text) => string.Concat(text.EnumerateRunes().Select(rune => rune.Value is 9 or 10 or 13 or (>= 32 and not 0xFFFE and not 0xFFFF) ? rune : Rune.ReplacementChar));
}
