using System.Globalization;
using System.Text.Json;
using Formae.Engine.Planning;
using Formae.Model;

namespace Formae.Engine.Tests.Planning;

/// <summary>Given what is stored, when a document is planned, then …: with defaults for all that a test does not care about.</summary>
internal sealed class Scenario
{
    public const string Vnet = "DEMO::Net::Vnet";
    public const string Subnet = "DEMO::Net::Subnet";

    public static readonly ResourceSchema VnetSchema = new()
    {
        Identifier = "Name",
        Fields = ["Name", "Cidr", "Pool", "Tags", "Secret", "Peer", "Attached", "Runtime"],
        Hints = new Dictionary<string, FieldHint>
        {
            ["Name"] = new() { CreateOnly = true, RequiredOnCreate = true, Type = "string" },
            ["Cidr"] = new() { Type = "string", OneOf = "range" },
            ["Pool"] = new() { OneOf = "range" },
            ["Tags"] = new() { UpdateMethod = UpdateMethod.EntitySet, IndexField = "Key", Type = "array", ItemType = "object" },
            ["Tags.Key"] = new() { Required = true, Type = "string" },
            ["Tags.Value"] = new() { Type = "string", OneOf = "value" },
            ["Tags.From"] = new() { Type = "string", OneOf = "value" },
            ["Tags.Shown"] = new() { Type = "string", OnlyWhen = new FieldCondition { Field = "Pool", Value = "p" } },
            ["Secret"] = new() { Opaque = true },
            ["Attached"] = new() { EdgeKind = EdgeKind.AttachesTo },
            ["Runtime"] = new() { EdgeKind = EdgeKind.RuntimeDependency },
        },
    };

    public const string Port = "DEMO::Net::Port";

    /// <summary>Can be made again elsewhere; what it belongs to cannot be changed in place.</summary>
    public static readonly ResourceSchema PortSchema = new()
    {
        Identifier = "Name",
        Fields = ["Name", "NetId", "Label", "Secret", "Text"],
        Hints = new Dictionary<string, FieldHint>
        {
            ["Name"] = new() { RequiredOnCreate = true },
            ["NetId"] = new() { CreateOnly = true },
            ["Secret"] = new() { Opaque = true },
        },
        Portable = true,
    };

    public static readonly ResourceSchema SubnetSchema = new()
    {
        Identifier = "Name",
        Fields = ["Name", "NetId", "Size", "VnetName"],
        Hints = new Dictionary<string, FieldHint> { ["Size"] = new() { Type = "integer" } },
        Parent = Vnet,
        ParentMappings = [new ParentMapping { ParentProperty = "Name", ChildProperty = "VnetName" }],
    };

    private readonly List<Resource> _declared = [];
    private readonly List<Resource> _stored = [];
    private readonly List<Stack> _stacks = [];
    private readonly List<Stack> _storedStacks = [];
    private readonly List<Target> _targets = [];
    private readonly List<Target> _storedTargets = [];
    private readonly List<Modification> _modifications = [];
    private bool _isAllRead = true;
    private int _ids;

    public static string IdOf(string label) => ("0" + label.Replace("-", "", StringComparison.Ordinal) + new string('0', 27))[..27];

    private static ResourceSchema SchemaOf(string type) => type switch { Vnet => VnetSchema, Port => PortSchema, _ => SubnetSchema };

    /// <summary>Who depends on what, and what is on the targets, was not looked for yet.</summary>
    public Scenario Unread()
    {
        _isAllRead = false;
        return this;
    }

    public Scenario GivenStack(string label = "web", string? description = null)
    {
        _storedStacks.Add(new Stack { Label = label, Description = description, Id = IdOf("stack" + label) });
        return this;
    }

    public Scenario GivenTarget(string label = "eu", string config = """{"Region":"eu-1"}""", ConfigSchema? schema = null, string @namespace = "DEMO")
    {
        _storedTargets.Add(new Target { Label = label, Namespace = @namespace, Config = Json(config), ConfigSchema = schema, Version = 1 });
        return this;
    }

    public Scenario Given(string label, string properties = """{"Name":"n"}""", string type = Vnet, string stack = "web", string target = "eu", string? readOnly = null)
    {
        _stored.Add(new Resource
        {
            Label = label,
            Type = type,
            Stack = stack,
            Target = target,
            Properties = Json(properties),
            ReadOnlyProperties = readOnly is null ? null : Json(readOnly),
            Ksuid = IdOf(label),
            NativeId = "native-" + label,
            Managed = stack != Stack.Unmanaged,
            Schema = SchemaOf(type),
            Version = "v1",
        });
        if (_storedStacks.All(known => known.Label != stack) && stack != Stack.Unmanaged)
            GivenStack(stack);
        if (_storedTargets.All(known => known.Label != target))
            GivenTarget(target);
        return this;
    }

    /// <summary>Others did this to the stack since it was last reconciled.</summary>
    public Scenario GivenModification(string label, string operation, string? before = null, string? now = null, string type = Vnet, string stack = "web")
    {
        _modifications.Add(new Modification { Stack = stack, Type = type, Label = label, Operation = operation, Ksuid = IdOf(label), Before = Version(before), Now = Version(now) });
        return this;

        Resource? Version(string? properties) =>
            properties is null ? null : new Resource { Stack = stack, Type = type, Label = label, Ksuid = IdOf(label), Schema = type == Vnet ? VnetSchema : SubnetSchema, Properties = Json(properties) };
    }

    public Scenario DeclareStack(string label = "web", string? description = null)
    {
        _stacks.Add(new Stack { Label = label, Description = description });
        return this;
    }

    public Scenario DeclareTarget(string label = "eu", string config = """{"Region":"eu-1"}""", ConfigSchema? schema = null, string @namespace = "DEMO", Reaping? reaping = null)
    {
        _targets.Add(new Target { Label = label, Namespace = @namespace, Config = Json(config), ConfigSchema = schema, Reaping = reaping });
        return this;
    }

    public Scenario Declare(string label, string properties = """{"Name":"n"}""", string type = Vnet, string stack = "web", string target = "eu", string? alias = null)
    {
        _declared.Add(new Resource { Label = label, Type = type, Stack = stack, Target = target, Properties = Json(properties), Alias = alias });
        return this;
    }

    public Forma Forma => new() { Stacks = _stacks, Targets = _targets, Resources = _declared };

    public PlanRequest Request(CommandKind kind, ApplyMode mode, OnDependents dependents = OnDependents.Abort, bool simulate = false, bool force = false)
    {
        _ids = 0;
        return new PlanRequest
        {
            Kind = kind,
            Mode = mode,
            OnDependents = dependents,
            Simulate = simulate,
            Force = force,
            Forma = Forma,
            Inventory = new Inventory
            {
                Resources = _stored,
                Stacks = _storedStacks,
                Targets = _storedTargets,
                Modifications = _modifications,
                DependentsRead = _isAllRead ? _stored.Select(resource => resource.Ksuid!).ToHashSet() : [],
                TargetsRead = _isAllRead ? _storedTargets.Select(target => target.Label).ToHashSet() : [],
            },
            Schemas = new Dictionary<string, ResourceSchema> { [Vnet] = VnetSchema, [Subnet] = SubnetSchema, [Port] = PortSchema },
            Namespaces = new HashSet<string> { "DEMO" },
            NewKsuid = () => "1new" + (_ids++).ToString("D23", CultureInfo.InvariantCulture),
        };
    }

    public PlanOutcome Outcome(ApplyMode mode = ApplyMode.Reconcile) => Planner.Plan(Request(CommandKind.Apply, mode));

    public Plan Reconcile(OnDependents dependents = OnDependents.Abort) => Planned(Planner.Plan(Request(CommandKind.Apply, ApplyMode.Reconcile, dependents)));

    public Plan Patch() => Planned(Outcome(ApplyMode.Patch));

    public Plan Destroy(OnDependents dependents = OnDependents.Abort, bool simulate = false) =>
        Planned(Planner.Plan(Request(CommandKind.Destroy, ApplyMode.Patch, dependents, simulate)));

    public PlanOutcome.Rejected Refused(ApplyMode mode = ApplyMode.Reconcile) => Assert.IsType<PlanOutcome.Rejected>(Outcome(mode));

    public Diagnostic Wrong(ApplyMode mode = ApplyMode.Reconcile) => Assert.Single(Assert.IsType<PlanOutcome.Invalid>(Outcome(mode)).Diagnostics);

    public static string Reference(string label, string property = "Id", string type = Vnet, string stack = "web") =>
        $$"""{"$res":true,"$label":"{{label}}","$type":"{{type}}","$stack":"{{stack}}","$property":"{{property}}"}""";

    public static string Stored(string label, string value = "v", string property = "Id") =>
        $$"""{"$ref":"formae://{{IdOf(label)}}#/{{property}}","$value":"{{value}}","$applied":"{{value}}"}""";

    public static JsonElement Json(string text) => JsonElement.Parse(text);

    private static Plan Planned(PlanOutcome outcome) => outcome switch
    {
        PlanOutcome.Planned planned => planned.Plan,
        PlanOutcome.Rejected rejected => throw new Xunit.Sdk.XunitException($"rejected: {rejected.Code}: {rejected.Message}"),
        PlanOutcome.Invalid invalid => throw new Xunit.Sdk.XunitException("invalid: " + string.Join("; ", invalid.Diagnostics)),
        _ => throw new InvalidOperationException(),
    };
}

internal static class PlanReading
{
    /// <summary>Each update as <c>operation label</c>, in the order of the plan.</summary>
    public static IEnumerable<string> Operations(this Plan plan) => plan.Resources.Select(update => $"{update.Operation.ToString().ToLowerInvariant()} {update.Resource.Label}");

    public static ResourceUpdate Of(this Plan plan, string label, ResourceOperation operation) =>
        Assert.Single(plan.Resources, update => update.Resource.Label == label && update.Operation == operation);

    /// <summary>Each edge as <c>operation label &lt; operation label</c>: what comes first, then what waits for it.</summary>
    public static IEnumerable<string> Order(this Plan plan)
    {
        var names = plan.Resources.ToDictionary(update => update.Node, update => $"{update.Operation.ToString().ToLowerInvariant()} {update.Resource.Label}");
        foreach (var target in plan.Targets)
            names[target.Node] = $"{target.Operation.ToString().ToLowerInvariant()} target {target.Target.Label}";
        return plan.Resources.SelectMany(update => update.DependsOn.Select(first => $"{names[first]} < {names[update.Node]}"))
            .Concat(plan.Targets.SelectMany(update => update.DependsOn.Select(first => $"{names[first]} < {names[update.Node]}")))
            .Order(StringComparer.Ordinal);
    }
}
