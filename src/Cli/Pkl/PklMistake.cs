using System.Globalization;
using System.Text.RegularExpressions;
using Formae.Cli.Submitting;
using Formae.Model;

namespace Formae.Cli.Pkl;

/// <summary>What Pkl says is wrong, as a diagnostic at the place in the person's own file.</summary>
internal static partial class PklMistake
{
    // A report is a head, the message, and then frames: a line of source, a row of carets, and where it is.
    public static InvalidDocumentException Read(string report, string file)
    {
        var path = Path.GetFullPath(file);
        var lines = report.ReplaceLineEndings("\n").Split('\n').SkipWhile(line => line.Length == 0 || line.Contains("Pkl Error", StringComparison.Ordinal)).ToArray();
        var message = lines.TakeWhile(line => line.Length > 0).ToList();
        var frames = Frames(lines);
        var own = frames.Find(frame => frame.File == path) ?? frames.Find(frame => File.Exists(frame.File) && !frame.File.EndsWith("formae.pkl", StringComparison.Ordinal));
        var shown = own is null || own.File == path ? file : own.File;
        var source = new Document(shown, File.Exists(shown) ? File.ReadAllBytes(shown) : []);
        var detail = message.Skip(1).Concat(Hints(lines));
        if (report.Contains("--allowed-modules", StringComparison.Ordinal) || report.Contains("--allowed-resources", StringComparison.Ordinal))
            detail = detail.Append("A document reads files below one folder (--pkl-root), and the variables that --pkl-env names.");
        if (report.Contains("Cannot find module", StringComparison.Ordinal))
            detail = detail.Append("'formae schema pkl -d FOLDER' writes formae.pkl and the modules of all plugins of a running control plane.");
        var text = string.Join(' ', detail);
        return new InvalidDocumentException(source, [new Diagnostic
        {
            Code = DiagnosticCodes.PklError,
            Summary = message.Count > 0 ? message[0] : "Pkl refused the document without a word.",
            Detail = text.Length == 0 ? null : text,
            Line = own?.Line,
            Column = own is null ? null : Column(own, source),
        }]);
    }

    private static List<Frame> Frames(string[] lines)
    {
        var frames = new List<Frame>();
        for (var i = 2; i < lines.Length; i++)
        {
            if (!Place().Match(lines[i]).Groups["uri"].Success)
                continue;
            var place = Place().Match(lines[i]);
            var carets = lines[i - 1].IndexOf('^', StringComparison.Ordinal);
            var bar = lines[i - 2].IndexOf(" | ", StringComparison.Ordinal);
            if (Uri.TryCreate(place.Groups["uri"].Value, UriKind.Absolute, out var uri) && uri.IsFile)
                frames.Add(new Frame(uri.LocalPath, int.Parse(place.Groups["line"].ValueSpan, CultureInfo.InvariantCulture), carets >= 0 && bar >= 0 ? carets - bar - 3 : 0));
        }

        return frames;
    }

    // Pkl shows lines without what they are indented by.
    private static int Column(Frame frame, Document source)
    {
        var line = source.Line(frame.Line) ?? "";
        return line.Length - line.TrimStart().Length + frame.Offset + 1;
    }

    private static IEnumerable<string> Hints(string[] lines)
    {
        var start = Array.FindIndex(lines, line => line.StartsWith("Did you mean", StringComparison.Ordinal));
        return start < 0 ? [] : lines.Skip(start).TakeWhile(line => line.Length > 0);
    }

    [GeneratedRegex(@"^at .+ \((?<uri>file:.+), line (?<line>\d+)\)$")]
    private static partial Regex Place();

    private sealed record Frame(string File, int Line, int Offset);
}
