using System.Text;
using Formae.Engine.Planning;
using Formae.Model;
using Formae.Plugins.FakeAws;
using Formae.Plugins.Local;
using Formae.Protocol.Bus;
using Formae.Protocol.Documents;
using Formae.Protocol.Schemas;
using Formae.Sdk.Testing;

namespace Formae.Cli.Tests.Schemas;

/// <summary>The types of both plugins, as a control plane with them knows them.</summary>
internal sealed record Catalog(IReadOnlyList<TypeShape> Shapes, IReadOnlyDictionary<string, ResourceSchema> Schemas, IReadOnlyDictionary<string, AnnouncedConfig> Configs)
{
    public static async Task<Catalog> OfBothAsync()
    {
        await using var cloud = PluginHarness.Start("FakeAWS", FakeAwsPlugin.Define);
        await using var machine = PluginHarness.Start("Local", LocalPlugin.Define);
        var types = cloud.Operator.Types.Concat(machine.Operator.Types).ToList();
        return new Catalog([.. types.Select(type => TypeShape.Of(type.Name, type.Schema, type.JsonSchema))], types.ToDictionary(type => type.Name, type => type.Schema), new Dictionary<string, AnnouncedConfig>
        {
            ["FakeAWS"] = cloud.Definition.TargetConfig!,
            ["Local"] = machine.Definition.TargetConfig!,
        });
    }

    public async Task<string> WriteAsync(string folder)
    {
        var file = Path.Combine(folder, "forma.json");
        await File.WriteAllBytesAsync(file, FormaSchema.Write(Shapes, [.. Configs.Select(config => TypeShape.Of(config.Key, config.Value.Schema, config.Value.JsonSchema))]), TestContext.Current.CancellationToken);
        return file;
    }

    /// <summary>What intake would say: the reader, then the planner.</summary>
    public bool Accepts(string document)
    {
        if (FormaReader.Read(Encoding.UTF8.GetBytes(document), inputs: new DocumentInputs { Secret = _ => "s" }).Forma is not { } forma)
            return false;
        var ksuids = 0;
        var outcome = Planner.Plan(new PlanRequest
        {
            Kind = CommandKind.Apply,
            Mode = ApplyMode.Reconcile,
            Simulate = true,
            Forma = forma,
            Inventory = new Inventory(),
            Schemas = Schemas,
            TargetConfigs = Configs.ToDictionary(config => config.Key, config => config.Value.Schema),
            Namespaces = new HashSet<string> { "FakeAWS", "Local" },
            NewKsuid = () => $"{++ksuids,27:D27}",
        });

        // An empty document, and a stack without resources, are refused for what they would do and not for their form.
        return outcome is PlanOutcome.Planned or PlanOutcome.NeedsMore or PlanOutcome.Rejected { Code: RejectionCodes.EmptyStackRejected };
    }
}
