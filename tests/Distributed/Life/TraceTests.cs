using System.Text.Json;
using System.Text.Json.Nodes;

namespace Formae.Distributed.Tests;

/// <summary>The trace that real processes write to one file, read back.</summary>
public sealed class TraceTests : IDisposable
{
    private const string Secret = "hunter2-in-a-property";

    private readonly TempFolder _folder = new();

    private string TraceFile => _folder.File("trace.jsonl");

    [Fact]
    public async Task One_apply_is_one_tree_over_all_processes()
    {
        var document = _folder.File("shop.json");
        await File.WriteAllTextAsync(document, new DocumentBuilder().Stack("shop").Target("aws", "FakeAWS").Target("here", "Local", new JsonObject { ["Root"] = _folder.File("files") })
            .Resource("shop", "aws", DocumentBuilder.Bucket, "files", ("BucketName", Secret))
            .Resource("shop", "aws", "FakeAWS::SecretsManager::Secret", "password", ("Name", "db"), ("SecretString", new JsonObject { ["$value"] = Secret, ["$visibility"] = "Opaque" }))
            .Resource("shop", "here", DocumentBuilder.RandomId, "id").ToString(), TestContext.Current.CancellationToken);

        IReadOnlyDictionary<string, int> processes;
        await using (var plane = await ControlPlane.StartAsync(_folder.File("data"), more: ["--trace", TraceFile, "--log", "json"]))
        {
            processes = plane.Ready.GetProperty("processes").EnumerateArray().ToDictionary(one => one.GetProperty("name").GetString()!, one => one.GetProperty("pid").GetInt32());
            var (code, output) = await ControlPlane.RunAsync("apply", document, "--mode", "reconcile", "--yes", "--server", plane.Address.ToString(), "--trace", TraceFile);
            Assert.True(code == 0, output);
        }

        var text = await File.ReadAllTextAsync(TraceFile, TestContext.Current.CancellationToken);
        Assert.DoesNotContain(Secret, text, StringComparison.Ordinal);
        var all = text.Split('\n', StringSplitOptions.RemoveEmptyEntries).SelectMany(Read).ToList();
        var root = Assert.Single(all, span => span is { Name: "formae apply", Parent: null });
        var tree = all.Where(span => span.Trace == root.Trace).ToList();
        var ids = tree.Select(span => span.Id).ToHashSet();
        Assert.Equal(tree.Count, ids.Count);
        Assert.All(tree.Where(span => span != root), span => Assert.Contains(span.Parent!, ids));
        Assert.Equal([root], tree.Where(span => span.Parent is null));

        // The log is JSON, and what it says of the command carries the ids of the tree.
        var log = (await File.ReadAllLinesAsync(Path.Combine(_folder.File("data"), "logs", "coordinator.log"), TestContext.Current.CancellationToken)).Select(line => JsonElement.Parse(line)).ToList();
        var ended = Assert.Single(log, line => line.GetProperty("EventId").GetInt32() == 1101).GetProperty("Scopes").EnumerateArray().Where(scope => scope.ValueKind == JsonValueKind.Object).ToList();
        Assert.Contains(ended, scope => scope.TryGetProperty("TraceId", out var trace) && trace.GetString() == root.Trace);
        Assert.Contains(ended, scope => scope.TryGetProperty("formae.command.id", out _));

        var (drawn, picture) = await ControlPlane.RunAsync("trace", TraceFile);
        Assert.True(drawn == 0, picture);
        Assert.StartsWith("formae apply", picture, StringComparison.Ordinal);
        Assert.Contains("begin create files", picture, StringComparison.Ordinal);

        // Whoever is named did its part, and in its own process.
        Assert.Equal(["formae-cli", "formae-coordinator", "formae-plugin-fakeaws", "formae-plugin-local"], tree.Select(span => span.Service).Distinct().Order(StringComparer.Ordinal));
        Assert.Equal([processes["coordinator"]], tree.Where(span => span.Service == "formae-coordinator").Select(span => span.ProcessId).Distinct());
        Assert.Equal([processes["fakeaws"]], tree.Where(span => span.Service == "formae-plugin-fakeaws").Select(span => span.ProcessId).Distinct());
        Assert.Equal([processes["local"]], tree.Where(span => span.Service == "formae-plugin-local").Select(span => span.ProcessId).Distinct());
        Assert.DoesNotContain(root.ProcessId, processes.Values);

        // The chain of one create, from its end to the person who asked.
        var chain = new List<string>();
        for (var span = tree.First(span => span.Name == "store resource"); span is not null; span = tree.SingleOrDefault(parent => parent.Id == span.Parent))
            chain.Add(span.Name.StartsWith("send ", StringComparison.Ordinal) ? "send" : span.Name);
        Assert.Equal(["store resource", "take report", "process formae-reports", "process create", "send", "begin create", "group", "command apply", "POST /api/v1/commands", "POST", "formae apply"], chain);
        Assert.Equal(3, tree.Count(span => span.Name == "create"));
        Assert.Single(tree, span => span.Name == "apply");
    }

    public void Dispose() => _folder.Dispose();

    private static IEnumerable<Span> Read(string line)
    {
        var resource = JsonElement.Parse(line).GetProperty("resourceSpans")[0];
        var attributes = resource.GetProperty("resource").GetProperty("attributes").EnumerateArray().ToDictionary(one => one.GetProperty("key").GetString()!, one => one.GetProperty("value").EnumerateObject().First().Value.GetString());
        foreach (var span in resource.GetProperty("scopeSpans").EnumerateArray().SelectMany(scope => scope.GetProperty("spans").EnumerateArray()))
        {
            yield return new Span(
                span.GetProperty("traceId").GetString()!, span.GetProperty("spanId").GetString()!, span.TryGetProperty("parentSpanId", out var parent) ? parent.GetString() : null,
                span.GetProperty("name").GetString()!, attributes["service.name"]!, int.Parse(attributes["process.pid"]!, System.Globalization.CultureInfo.InvariantCulture));
        }
    }

    private sealed record Span(string Trace, string Id, string? Parent, string Name, string Service, int ProcessId);
}
