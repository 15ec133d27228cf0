using System.Text.Json.Nodes;
using Formae.Model;
using Formae.Protocol.Bus;
using Formae.Protocol.Samples;
using Formae.Sdk.Conformance;
using Formae.Sdk.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Formae.Sdk.Tests.Conformance;

/// <summary>A rule that could not be broken would prove nothing: each is, and the kit names the phases in which it shows.</summary>
public sealed class BrokenHandlerTests
{
    private const string Recipe = "grandmother's own secret";

    private static readonly ConformanceFile File = new()
    {
        Samples =
        [
            new ConformanceSample
            {
                Name = "jar",
                Type = "Pantry::Shelf::Jar",
                Properties = Requests.Json("""{"Name":"j-${UNIQUE}","Content":"plums","Note":"of last year","Labels":["a","b"],"Stickers":[{"On":"lid","Says":"plums"}],"Recipe":"grandmother's own secret"}"""),
                Changed = Requests.Json("""{"Name":"j-${UNIQUE}","Content":"pears","Size":"large","Labels":["b"],"Stickers":[{"On":"lid","Says":"pears"}],"Recipe":"grandmother's own secret"}"""),
                Replaced = Requests.Json("""{"Name":"k-${UNIQUE}","Content":"plums"}"""),
            },
        ],
    };

    [Fact]
    public async Task A_good_handler_conforms()
    {
        await using var plugin = Start(Flaw.None);
        var report = await ConformanceKit.RunAsync(plugin, File, cancellationToken: TestContext.Current.CancellationToken);
        Assert.True(report.Conforms, report.ToString());
        Assert.Equal(Phase.All, report.Results.Select(result => result.Phase));
        Assert.Equal(["Throttling", "LostAnswer", "SlowPages"], report.Results.Where(result => result.Verdict == Verdict.NotApplicable).Select(result => result.Phase.Name));
    }

    [Theory]
    [InlineData(Flaw.CreateReportsLess, "Create")]
    [InlineData(Flaw.CreateReportsOtherDefaults, "ReadBack")]
    [InlineData(Flaw.ReadForgetsAField, "ReadBack")]
    [InlineData(Flaw.UpdateIgnoresAField, "Update ChangeSeen Redelivery Crash LockLost")]
    [InlineData(Flaw.UpdateChangesTheDefault, "Reapply LeftOut")]
    [InlineData(Flaw.UpdateKeepsWhatIsLeftOut, "LeftOut")]
    [InlineData(Flaw.ReplaceKeepsTheOldObject, "Replace")]
    [InlineData(Flaw.ListLosesAPage, "Discovery")]
    [InlineData(Flaw.ListShowsOneTwice, "Discovery")]
    [InlineData(Flaw.ListIgnoresThePageSize, "Discovery")]
    [InlineData(Flaw.ListNeverEnds, "Discovery")]
    [InlineData(Flaw.ListShowsWhatIsGone, "Discovery")]
    [InlineData(Flaw.IgnoresTheToken, "Cancellation")]
    [InlineData(Flaw.HasNoTokens, "Redelivery Crash LockLost")]
    [InlineData(Flaw.KeepsTokensInMemory, "Crash LockLost")]
    [InlineData(Flaw.NeedsTheRightTime, "ClockSkew")]
    [InlineData(Flaw.ReadsFromMemory, "ClockSkew TwoInstances")]
    [InlineData(Flaw.SaysASecretInAProperty, "Secrets")]
    [InlineData(Flaw.LogsASecret, "Secrets")]
    [InlineData(Flaw.DeleteOfWhatIsGoneFails, "DeleteGone DeletionSeen Cancellation Redelivery Crash")]
    public async Task A_flaw_shows_where_it_is(Flaw flaw, string phases)
    {
        await using var plugin = Start(flaw);
        await FailsInAsync(plugin, phases);
    }

    /// <summary>Its calls take their time, so that they meet on any machine: it is tried by these two phases alone.</summary>
    [Fact]
    public async Task A_handler_that_looks_before_it_leaps_loses_the_race_with_itself()
    {
        await using var plugin = Start(Flaw.LooksBeforeItLeaps);
        var options = new ConformanceOptions { Phases = [Phase.Find("Redelivery")!, Phase.Find("LockLost")!] };
        var report = await ConformanceKit.RunAsync(plugin, File, options, TestContext.Current.CancellationToken);
        Assert.Equal(["Redelivery", "LockLost"], report.Failures.Select(result => result.Phase.Name));
        Assert.All(report.Failures, failure => Assert.Contains("must make one object; it made", failure.Reason, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(Flaw.DeleteDoesNothing)]
    [InlineData(Flaw.ReadOfWhatIsGoneSucceeds)]
    public async Task What_does_not_go_away_shows_wherever_something_goes(Flaw flaw)
    {
        await using var plugin = Start(flaw);
        var failed = await FailuresAsync(plugin);
        Assert.Superset(new HashSet<string>(["Delete", "DeleteGone", "DeletionSeen", "Discovery", "Replace"]), failed.Select(result => result.Phase.Name).ToHashSet());
        Assert.DoesNotContain(failed, result => result.Phase.Name is "Create" or "ReadBack" or "Update");
    }

    public static TheoryData<string, string> Tamperings => new()
    {
        { "refuses what was extracted", "Extract" },
        { "other id after an update", "Update LeftOut Reapply ChangeSeen Cancellation ClockSkew TwoInstances Redelivery Crash Secrets" },
        { "overwrites what others did", "ChangeSeen" },
        { "updates what is gone", "DeletionSeen" },
        { "refuses without a path", "BadProperties" },
        { "refuses as something else", "BadProperties" },
        { "returns what is not declared", "Schema" },
        { "returns another type than declared", "Schema" },
    };

    [Theory]
    [MemberData(nameof(Tamperings))]
    public async Task A_report_that_is_wrong_shows_where_it_is(string wrong, string phases)
    {
        await using var plugin = new Tampered(Start(Flaw.None), (request, report) => Tamper(wrong, request, report));
        await FailsInAsync(plugin, phases);
    }

    [Fact]
    public async Task A_reason_never_repeats_a_secret()
    {
        await using var plugin = Start(Flaw.SaysASecretInAProperty);
        var failure = Assert.Single(await FailuresAsync(plugin));
        Assert.Contains("report of a create", failure.Reason, StringComparison.Ordinal);
        Assert.Contains("***", failure.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain(Recipe, failure.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_objects_in_the_place_of_one_are_named_and_removed()
    {
        var cloud = new JarCloud();
        await using var plugin = Start(Flaw.HasNoTokens, cloud);
        var failures = await FailuresAsync(plugin);
        Assert.All(failures, failure => Assert.Matches("jar-[0-9]{4}.*jar-[0-9]{4}", failure.Reason));
    }

    private static OperationReport Tamper(string wrong, OperationRequest request, OperationReport report) => (wrong, request.Verb) switch
    {
        ("refuses what was extracted", OperationVerb.Update) when request.Patch is { } patch && patch.GetArrayLength() == 0 =>
            report with { Status = OperationStatus.Failure, Problem = Problems.InvalidRequest("'Id' cannot be written.") },
        ("other id after an update", OperationVerb.Update) when request.Patch?.GetArrayLength() > 0 => report with { NativeId = report.NativeId + "-new" },
        ("overwrites what others did", OperationVerb.Update) when report.Status == OperationStatus.Drifted => report with { Status = OperationStatus.Success },
        ("updates what is gone", OperationVerb.Update) when report.Problem?.Code == ProblemCodes.NotFound => report with { Status = OperationStatus.Success, Problem = null },
        ("refuses without a path", OperationVerb.Create) when report.Problem is { } problem => report with { Problem = problem with { Message = "Something is wrong." } },
        ("refuses as something else", OperationVerb.Create) when report.Problem is { } problem => report with { Problem = problem with { Code = ProblemCodes.GeneralServiceException } },
        ("returns what is not declared", OperationVerb.Read) when report.Properties is { } properties => report with { Properties = Requests.Json(With(properties, "Weight", 3)) },
        ("returns another type than declared", OperationVerb.Read) when report.Properties is { } properties => report with { Properties = Requests.Json(With(properties, "Smell", 3)) },
        _ => report,
    };

    private static JsonObject With(System.Text.Json.JsonElement properties, string name, int value)
    {
        var changed = JsonNode.Parse(properties.GetRawText())!.AsObject();
        changed[name] = value;
        return changed;
    }

    [Fact]
    public async Task A_target_that_no_document_could_have_is_told()
    {
        await using var plugin = Start(Flaw.None);
        var file = File with { Target = Requests.Json("""{"Endpiont":"http://x"}""") };
        var report = await ConformanceKit.RunAsync(plugin, file, new ConformanceOptions { Phases = [Phase.Find("Schema")!] }, TestContext.Current.CancellationToken);
        Assert.Contains("'Endpiont'", Assert.Single(report.Failures).Reason, StringComparison.Ordinal);
    }

    private static async Task FailsInAsync(IPluginUnderTest plugin, string phases)
    {
        var failed = await FailuresAsync(plugin);
        Assert.True(
            phases.Split(' ').Order().SequenceEqual(failed.Select(result => result.Phase.Name).Order()),
            $"Expected were failures in {phases}; seen:{Environment.NewLine}{string.Join(Environment.NewLine, failed.Select(result => $"{result.Phase}: {result.Reason}"))}");
    }

    private static async Task<IReadOnlyList<PhaseResult>> FailuresAsync(IPluginUnderTest plugin) =>
        [.. (await ConformanceKit.RunAsync(plugin, File, cancellationToken: TestContext.Current.CancellationToken)).Failures];

    private static PluginInProcess Start(Flaw flaw, JarCloud? cloud = null)
    {
        cloud ??= new JarCloud();
        return new PluginInProcess(new PluginManifest { Name = "pantry", Namespace = "Pantry", Version = "1.0.0" }, plugin =>
        {
            plugin.Services.AddSingleton(cloud).AddSingleton(new Flaws(flaw));
            plugin.WithTargets<Pantry>().AddResource<Jar, JarHandler>();
        });
    }
}
