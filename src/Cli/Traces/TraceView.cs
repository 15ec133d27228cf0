using System.Globalization;
using Formae.Cli.Terminals;
using Formae.Telemetry;
using Spectre.Console;

namespace Formae.Cli.Traces;

/// <summary>Draws a tree of spans: what, by whom, how long, and where in the whole time it was.</summary>
internal sealed class TraceView(IAnsiConsole console, IReadOnlyList<TraceSpan> spans, bool isWhole)
{
    // Of many alike the first few say enough; the rest is one line.
    private const int Alike = 8;

    private const int BarWidth = 32;

    private readonly ILookup<string?, TraceSpan> _children = spans.OrderBy(span => span.Start).ToLookup(span => span.Parent);
    private readonly List<(string Text, TraceSpan? Span)> _lines = [];

    public void Write()
    {
        var ids = spans.Select(span => span.Id).ToHashSet(StringComparer.Ordinal);
        foreach (var root in spans.Where(span => span.Parent is null || !ids.Contains(span.Parent)).OrderBy(span => span.Start))
            Add(root, "", "");
        var start = spans.Min(span => span.Start);
        var whole = spans.Max(span => span.End) - start;
        var width = Math.Min(_lines.Max(line => line.Text.Length), Math.Max(24, console.Profile.Width - BarWidth - 30));
        foreach (var (text, span) in _lines)
        {
            var shown = (text.Length > width ? text[..(width - 1)] + "…" : text).PadRight(width);
            if (span is null)
                console.MarkupLine($"[grey]{Literal.Of(shown.TrimEnd())}[/]");
            else
                console.MarkupLine($"{(span.HasFailed ? $"[red]{Literal.Of(shown)}[/]" : Literal.Of(shown))}  [blue]{Literal.Of(ServiceOf(span).PadRight(16))}[/] {Format(span.Duration),9}  {Bar(span, start, whole)}");
        }
    }

    /// <summary>Short times matter here: tenths of milliseconds.</summary>
    internal static string Format(TimeSpan time) => time.TotalMilliseconds switch
    {
        < 999.95 => $"{time.TotalMilliseconds.ToString("0.0", CultureInfo.InvariantCulture)} ms",
        < 99_995 => $"{time.TotalSeconds.ToString("0.00", CultureInfo.InvariantCulture)} s",
        _ => $"{time.TotalMinutes.ToString("0.0", CultureInfo.InvariantCulture)} min",
    };

    private void Add(TraceSpan span, string branch, string below)
    {
        _lines.Add((branch + TextOf(span), span));
        var children = _children[span.Id].ToList();
        var left = isWhole ? [] : children.GroupBy(child => child.Name, StringComparer.Ordinal).Where(alike => alike.Count() > Alike).ToDictionary(alike => alike.Key, alike => alike.Skip(Alike - 1).ToList(), StringComparer.Ordinal);
        var hidden = left.Values.SelectMany(alike => alike).ToHashSet();
        var shown = children.Where(child => !hidden.Contains(child)).ToList();
        for (var i = 0; i < shown.Count; i++)
        {
            var isLast = i == shown.Count - 1 && left.Count == 0;
            Add(shown[i], below + (isLast ? "└─ " : "├─ "), below + (isLast ? "   " : "│  "));
        }

        foreach (var (name, alike) in left)
        {
            var longest = alike.Max(child => child.Duration);
            var failed = alike.Count(child => child.HasFailed);
            _lines.Add(($"{below}└─ and {alike.Count} more: {name}, {Format(longest)} at most{(failed > 0 ? $", {failed} failed" : "")}", null));
        }
    }

    private static string TextOf(TraceSpan span)
    {
        var about = span.Attributes.GetValueOrDefault(Attributes.ResourceLabel, "");
        var error = span.HasFailed && span.Attributes.TryGetValue(Attributes.ErrorType, out var code) ? $" ({code})" : "";
        return about.Length > 0 ? $"{span.Name} {about}{error}" : span.Name + error;
    }

    private static string ServiceOf(TraceSpan span)
    {
        var name = span.Service.StartsWith("formae-", StringComparison.Ordinal) ? span.Service["formae-".Length..] : span.Service;
        return name.Length > 16 ? name[..16] : name;
    }

    private static string Bar(TraceSpan span, DateTimeOffset start, TimeSpan whole)
    {
        if (whole <= TimeSpan.Zero)
            return "";
        var from = Math.Min(BarWidth - 1, (int)((span.Start - start) / whole * BarWidth));
        var length = Math.Clamp((int)Math.Ceiling(span.Duration / whole * BarWidth), 1, BarWidth - from);
        return $"[grey]{new string('·', from)}[/][{(span.HasFailed ? "red" : "green")}]{new string('█', length)}[/]";
    }
}
