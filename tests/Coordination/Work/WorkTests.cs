using System.Globalization;
using System.Text;
using System.Text.Json;
using Formae.Coordination.Tests.Cluster;
using Formae.Engine.Planning;
using Formae.Servers;

namespace Formae.Coordination.Tests.Work;

/// <summary>What an operation takes of bus, task hub and tables, which tools/Cost reckons with: its numbers are those of the control plane, or the simulation tells tales.</summary>
public sealed class WorkTests
{
    private const int Count = 300;

    [Fact]
    public async Task What_the_simulation_reckons_with_is_what_the_control_plane_does()
    {
        var counter = new WorkCounter();
        await using var plane = await ControlPlane.StartAsync(counter.Seams);
        ControlPlane.Succeeded(await plane.RunAsync(Buckets("first", 1, "Private")));
        counter.Take(1);
        var actions = plane.HubActions;
        foreach (var (verb, acl, kind) in ((string, string, CommandKind)[])[("create", "Private", CommandKind.Apply), ("update", "PublicRead", CommandKind.Apply), ("delete", "PublicRead", CommandKind.Destroy)])
        {
            ControlPlane.Succeeded(await plane.RunAsync(Buckets("work", Count, acl), kind));
            var took = counter.Take(Count);
            var model = ModelOf(verb);
            Assert.Equal(model["requests"], took["requests"]);
            Assert.Equal(model["hottestRows"], took["hottestRows"], tolerance: 0.05);
            AssertNear("tableWrites", took["tableWrites"]);
            AssertNear("tableReads", took["tableReads"]);
            AssertNear("actions", (double)(plane.HubActions - actions) / Count);

            // Those that are ready together travel together; the model takes the worst.
            Assert.InRange(took["reports"], 1.0 / Count, model["reports"]);
            Assert.True(model["actions"] >= model["events"] + model["entityOperations"], $"{verb}: the parts of the actions are more than all.");
            actions = plane.HubActions;

            // Progress is written in batches, and how large they are is the machine's affair.
            void AssertNear(string what, double measured) =>
                Assert.True(measured > model[what] * 0.85 && measured < model[what] * 1.15, string.Create(CultureInfo.InvariantCulture, $"{verb}: {what} is {measured:0.00}, and {model[what]} in tools/Cost/Data/work.json."));
        }
    }

    private static Dictionary<string, double> ModelOf(string verb)
    {
        using var work = JsonDocument.Parse(File.ReadAllText(Path.Combine(Repository.Root, "tools", "Cost", "Data", "work.json")));
        return work.RootElement.GetProperty("verbs").EnumerateArray().Single(one => one.GetProperty("verb").GetString() == verb)
            .EnumerateObject().Where(member => member.Value.ValueKind == JsonValueKind.Number).ToDictionary(member => member.Name, member => member.Value.GetDouble());
    }

    private static string Buckets(string stack, int count, string acl)
    {
        var document = new StringBuilder($"Stacks: [{{ Label: {stack} }}]\nTargets: [{{ Label: aws, Namespace: FakeAWS, Config: {{}} }}]\nResources:\n");
        for (var number = 0; number < count; number++)
            document.AppendLine(CultureInfo.InvariantCulture, $"  - {{ Label: b{number}, Type: \"FakeAWS::S3::Bucket\", Stack: {stack}, Target: aws, Properties: {{ BucketName: {stack}-{number}, Acl: {acl} }} }}");
        return document.ToString();
    }
}
