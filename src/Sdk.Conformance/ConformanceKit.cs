using System.Diagnostics;
using System.Text.Json;
using Formae.Model;
using Formae.Protocol.Samples;

namespace Formae.Sdk.Conformance;

/// <summary>Tries each resource type of a plugin with the samples of its author, phase by phase.</summary>
public static class ConformanceKit
{
    private const string BrokenOff = "It was broken off.";

    /// <summary>Reads a conformance file.</summary>
    /// <exception cref="ConformanceFileException">It is missing, or something in it is wrong.</exception>
    public static ConformanceFile Load(string path)
    {
        if (!File.Exists(path))
            throw new ConformanceFileException([new Diagnostic { Code = DiagnosticCodes.MissingKey, Summary = $"There is no {path}.", Detail = "It holds a sample of each resource type." }]);
        var reading = ConformanceFileReader.Read(File.ReadAllBytes(path));
        var file = reading.File ?? throw new ConformanceFileException(reading.Diagnostics);
        Check(file);
        return file;
    }

    /// <exception cref="ConformanceFileException">The file names a phase that there is not.</exception>
    internal static void Check(ConformanceFile file)
    {
        var wrong = file.Samples.SelectMany(sample => sample.NotApplicable.Keys.Where(name => Phase.Find(name) is null).Select(name => new Diagnostic
        {
            Code = DiagnosticCodes.UnknownValue,
            Summary = $"'{sample.Name}' says of '{name}' that it does not apply, and there is no such phase.{Suggestion.Sentence(name, Phase.All.Select(phase => phase.Name))}",
            Path = $"samples[{file.Samples.ToList().IndexOf(sample)}].notApplicable",
        })).ToList();
        if (wrong.Count > 0)
            throw new ConformanceFileException(wrong);
    }

    /// <summary>Tries what the options ask for. Whatever a plugin does wrong is in the report.</summary>
    /// <param name="plugin">The plugin, which serves until the end.</param>
    /// <param name="file">The samples.</param>
    /// <param name="options">Default: everything.</param>
    /// <param name="cancellationToken">Breaks the run off: what was made is removed, for two minutes at most, and the report says how far it came and what stays.</param>
    /// <exception cref="ConformanceFileException">A variable of the file has no value.</exception>
    public static async Task<ConformanceReport> RunAsync(IPluginUnderTest plugin, ConformanceFile file, ConformanceOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new ConformanceOptions();
        var variables = Variables(file, options);
        await using var way = await FaultyWay.StartAsync(file.Proxies.Select(proxy => KeyValuePair.Create(proxy.Key, new Placeholders(variables).Fill(proxy.Value))), cancellationToken).ConfigureAwait(false);
        foreach (var (name, address) in way.Variables)
            variables[name] = address;
        if (file.Variables.Where(use => !variables.ContainsKey(use.Name)).Select(use => use.Place).ToList() is { Count: > 0 } unmade)
            throw new ConformanceFileException(unmade);
        var target = file.Target is { } config ? new Placeholders(variables).Fill(config, unique: null, new Dictionary<string, Thing>()) : (JsonElement?)null;
        var bench = new Bench(plugin, file, variables, target, way, cancellationToken);
        var run = new Run(bench, options);
        foreach (var sample in file.Samples.Where(options.Takes))
        {
            if (run.IsBrokenOff)
                break;
            await run.TryAsync(sample).ConfigureAwait(false);
        }

        foreach (var type in plugin.Announcement.ResourceTypes.Select(type => type.Type).Where(type => options.Samples is null && options.TakesType(type) && !file.Samples.Any(sample => Is(sample.Type, type))))
            run.Tell(new PhaseResult("", type, Phase.All[0], Verdict.Failed, $"There is no sample of {type} in {ConformanceFile.FileName}.", TimeSpan.Zero));
        return new ConformanceReport(run.Results) { IsBrokenOff = run.IsBrokenOff, Left = run.Left };
    }

    private static bool Takes(this ConformanceOptions options, ConformanceSample sample) => (options.Samples?.Contains(sample.Name) ?? true) && options.TakesType(sample.Type);

    private static bool TakesType(this ConformanceOptions options, string type) => options.Types?.Any(wanted => Is(wanted, type)) ?? true;

    private static bool Is(string type, string other) => type.Equals(other, StringComparison.OrdinalIgnoreCase);

    private static Dictionary<string, string> Variables(ConformanceFile file, ConformanceOptions options)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        List<Diagnostic> missing = [];
        foreach (var use in file.Variables.Where(use => !FaultyWay.MayMake(file.Proxies.Keys, use.Name)))
        {
            if (options.Variable(use.Name) is { } value)
                values[use.Name] = value;
            else
                missing.Add(use.Place);
        }

        return missing.Count == 0 ? values : throw new ConformanceFileException(missing);
    }

    private sealed class Run(Bench bench, ConformanceOptions options)
    {
        private readonly List<PhaseResult> _results = [];
        private readonly List<string> _left = [];
        private bool _isLost;

        public IReadOnlyList<PhaseResult> Results => _results;

        public IReadOnlyList<string> Left => _left;

        public bool IsBrokenOff => _isLost || bench.IsCancelled;

        public void Tell(PhaseResult result)
        {
            _results.Add(result);
            options.Told?.Invoke(result);
        }

        public async Task TryAsync(ConformanceSample sample)
        {
            var phases = Phase.All.Where(phase => options.Phases?.Contains(phase) ?? true);
            var others = new Dictionary<string, Thing>(StringComparer.Ordinal);
            var made = new List<Trial>();
            var isOver = false;
            bench.ListenAnew();
            try
            {
                await MakeAsync(sample, others, made).ConfigureAwait(false);
                var type = TypeOf(sample);
                foreach (var phase in phases.TakeWhile(_ => !IsBrokenOff))
                    await TryAsync(phase, sample, type, others).ConfigureAwait(false);
                isOver = true;
            }
            catch (BrokenRuleException broken)
            {
                isOver = true;
                foreach (var phase in phases)
                    Tell(new PhaseResult(sample.Name, sample.Type, phase, Verdict.Failed, bench.Heard.Scrub(broken.Message), TimeSpan.Zero));
            }
            catch (OperationCanceledException) when (bench.IsCancelled)
            {
                Tell(new PhaseResult(sample.Name, sample.Type, phases.First(), Verdict.Failed, BrokenOff, TimeSpan.Zero));
            }
            finally
            {
                foreach (var trial in Enumerable.Reverse(made))
                    await CleanAsync(trial, isBrokenOff: !isOver).ConfigureAwait(false);
            }
        }

        private async Task TryAsync(Phase phase, ConformanceSample sample, AnnouncedShape type, Dictionary<string, Thing> others)
        {
            if (sample.NotApplicable.FirstOrDefault(pair => Phase.Find(pair.Key) == phase).Value is { } reason)
            {
                Tell(new PhaseResult(sample.Name, sample.Type, phase, Verdict.NotApplicable, reason, TimeSpan.Zero));
                return;
            }

            var begun = Stopwatch.GetTimestamp();
            var trial = new Trial(bench, sample, type, others);
            var isOver = false;
            Verdict verdict;
            string? why;
            IReadOnlyList<string> left = [];
            try
            {
                (verdict, why) = await TryAsync(phase, trial).ConfigureAwait(false);
                isOver = !IsBrokenOff;
            }
            finally
            {
                left = await CleanAsync(trial, isBrokenOff: !isOver).ConfigureAwait(false);
            }

            if (left.Count > 0 && verdict == Verdict.Passed)
                (verdict, why) = (Verdict.Failed, $"What the phase has made could not be removed: {string.Join("; ", left)}.");
            Tell(new PhaseResult(sample.Name, sample.Type, phase, verdict, why is null ? null : bench.Heard.Scrub(why), Stopwatch.GetElapsedTime(begun)));
        }

        private async Task<(Verdict Verdict, string? Reason)> TryAsync(Phase phase, Trial trial)
        {
            try
            {
                await phase.Run(trial).ConfigureAwait(false);
                return (Verdict.Passed, null);
            }
            catch (NotApplicableException reason)
            {
                return (Verdict.NotApplicable, reason.Message);
            }
            catch (Exception broken) when (broken is BrokenRuleException or TimeoutException)
            {
                return (Verdict.Failed, broken.Message);
            }
            catch (OperationCanceledException) when (bench.IsCancelled)
            {
                return (Verdict.Failed, BrokenOff);
            }
            catch (PluginLostException lost)
            {
                _isLost = true;
                return (Verdict.Failed, lost.Message);
            }
        }

        /// <summary>What a sample requires, and before it what that requires.</summary>
        private async Task MakeAsync(ConformanceSample sample, Dictionary<string, Thing> others, List<Trial> made)
        {
            foreach (var required in sample.Requires.Where(name => !others.ContainsKey(name)))
            {
                var first = bench.File.Samples.First(other => other.Name == required);
                await MakeAsync(first, others, made).ConfigureAwait(false);
                var trial = new Trial(bench, first, TypeOf(first), others);
                made.Add(trial);
                try
                {
                    others[required] = await trial.MakeAsync().ConfigureAwait(false);
                }
                catch (Exception broken) when (broken is BrokenRuleException or TimeoutException)
                {
                    throw new BrokenRuleException($"'{required}', which it requires, could not be made. {broken.Message}");
                }
            }
        }

        private AnnouncedShape TypeOf(ConformanceSample sample) => bench.Find(sample.Type)
            ?? throw new BrokenRuleException($"{sample.Type} is not served; served are {string.Join(", ", bench.Plugin.Announcement.ResourceTypes.Select(type => type.Type))}.");

        private async Task<IReadOnlyList<string>> CleanAsync(Trial trial, bool isBrokenOff)
        {
            using var cleaning = bench.Clean();
            var left = await trial.CleanAsync(isBrokenOff, _isLost && bench.Plugin.Lacks(Instance.Second) is null ? Instance.Second : Instance.First).ConfigureAwait(false);
            _left.AddRange(left.Select(bench.Heard.Scrub));
            return left;
        }
    }
}
