using System.Text.Json;
using Formae.Cli.CommandLine;
using Formae.Cli.Tests.Support;
using Formae.Protocol.Http;

namespace Formae.Cli.Tests;

public sealed class HistoryTests
{
    private const string Versions = """
        {"Versions":[
          {"Version":"2zzzzzzzzzzzzzzzzzzzzzzzzz3","Time":"2026-11-21T12:00:00Z","Operation":"delete","CommandId":"C3","Command":"destroy","Mode":"patch","Source":"user","Ksuid":"2aaaaaaaaaaaaaaaaaaaaaaaaa1","Stack":"web","Type":"FakeAWS::EC2::VPC","Label":"net"},
          {"Version":"2zzzzzzzzzzzzzzzzzzzzzzzzz2","Time":"2026-11-21T11:00:00Z","Operation":"update","CommandId":"C2","Command":"sync","Mode":"patch","Source":"sync","Ksuid":"2aaaaaaaaaaaaaaaaaaaaaaaaa1","Stack":"web","Type":"FakeAWS::EC2::VPC","Label":"net",
           "Properties":{"CidrBlock":"10.0.0.0/16","Tags":[{"Key":"env","Value":"oob"}]}},
          {"Version":"2zzzzzzzzzzzzzzzzzzzzzzzzz1","Time":"2026-11-21T10:00:00Z","Operation":"create","CommandId":"C1","Command":"apply","Mode":"reconcile","Source":"user","Ksuid":"2aaaaaaaaaaaaaaaaaaaaaaaaa1","Stack":"web","Type":"FakeAWS::EC2::VPC","Label":"net",
           "Properties":{"CidrBlock":"10.0.0.0/16","Tags":[{"Key":"env","Value":"dev"}],"Token":{"$value":"d","$visibility":"Opaque","$hashed":true}}}
        ]}
        """;

    [Fact]
    public async Task The_history_of_a_resource_shows_who_changed_what()
    {
        await using var server = await FakeServer.StartAsync();
        server.On($"GET resources/by-ksuid/{Samples.Vpc}/versions", Versions);
        using var run = new TestRun();

        Assert.Equal(ExitCode.Ok, await run.InvokeAsync(server, "history", Samples.Vpc));

        Assert.Equal($"""
            net  FakeAWS::EC2::VPC  stack web  {Samples.Vpc}

              - delete  2026-11-21 12:00:00Z  destroy C3

              ~ update  2026-11-21 11:00:00Z  seen outside C2
                    ~ Tags[0].Value  "dev" → "oob"
                    - Token          ***

              + create  2026-11-21 10:00:00Z  apply (reconcile) C1
                    + CidrBlock  "10.0.0.0/16"
                    + Tags       [{"{ Key: \"env\", Value: \"dev\" }"}]
                    + Token      ***

            """, run.Out);
        Assert.Equal("", run.Error);
    }

    [Fact]
    public async Task The_last_version_that_is_shown_says_too_what_it_changed()
    {
        await using var server = await FakeServer.StartAsync();
        server.On($"GET resources/by-ksuid/{Samples.Vpc}/versions", Versions);
        using var run = new TestRun();

        Assert.Equal(ExitCode.Ok, await run.InvokeAsync(server, "history", Samples.Vpc, "--max-results", "2"));

        Assert.Equal("3", server.Requests[0].Query["max_results"]);
        Assert.Contains("~ Tags[0].Value  \"dev\" → \"oob\"", run.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("create", run.Out, StringComparison.Ordinal);
        Assert.Contains("There are older ones", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_label_finds_the_resource_and_one_of_many_asks_which()
    {
        await using var server = await FakeServer.StartAsync();
        server.On("GET resources", $$"""{"Resources":[{"Label":"net","Type":"A::B::C","Stack":"web","Ksuid":"{{Samples.Vpc}}"},{"Label":"net","Type":"A::B::C","Stack":"base","Ksuid":"2aaaaaaaaaaaaaaaaaaaaaaaaa2"}]}""");
        server.On($"GET resources/by-ksuid/{Samples.Vpc}/versions", Versions);
        using var many = new TestRun();
        using var one = new TestRun();

        Assert.Equal(ExitCode.Failed, await many.InvokeAsync(server, "history", "net"));
        Assert.Contains("base/A::B::C/net", many.Error, StringComparison.Ordinal);
        Assert.Equal("label:net", server.Requests[0].Query["query"]);
        Assert.Equal(ExitCode.Ok, await one.InvokeAsync(server, "history", "web/a::b::c/net", "-o", "json"));
        Assert.Equal(3, Samples.Json(one.Out).GetProperty("Versions").GetArrayLength());
    }

    [Fact]
    public async Task What_is_gone_is_found_in_the_history_of_its_stack()
    {
        await using var server = await FakeServer.StartAsync();
        server.OnInTurn("GET stacks/web/history", """{"Changes":[],"Next":"2zzzzzzzzzzzzzzzzzzzzzzzzz3"}""",
            $$"""{"Changes":[{"CommandId":"C1","Resources":[{"Ksuid":"{{Samples.Vpc}}","Type":"A::B::C","Label":"net","Operation":"delete","Version":"2zzzzzzzzzzzzzzzzzzzzzzzzz3"}]}]}""");
        server.On($"GET resources/by-ksuid/{Samples.Vpc}/versions", Versions);
        using var lost = new TestRun();
        using var run = new TestRun();

        Assert.Equal(ExitCode.Failed, await lost.InvokeAsync(server, "history", "net"));
        Assert.Contains("--stack", lost.Error, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Ok, await run.InvokeAsync(server, "history", "net", "--stack", "web"));
        Assert.Equal("net", server.Requests[1].Query["label"]);
        Assert.Equal("2zzzzzzzzzzzzzzzzzzzzzzzzz3", server.Requests[2].Query["continuation"]);
    }

    [Fact]
    public async Task A_stack_that_nothing_was_written_to_has_no_table()
    {
        await using var server = await FakeServer.StartAsync();
        server.On("GET stacks/web/history", """{"Changes":[]}""");
        using var run = new TestRun();

        Assert.Equal(ExitCode.Ok, await run.InvokeAsync(server, "history", "--stack", "web"));
        Assert.Equal("Stack web\nNothing was written to it.\n", run.Out);
    }

    [Fact]
    public async Task The_history_of_a_stack_is_a_table_of_commands()
    {
        await using var server = await FakeServer.StartAsync();
        server.On("GET stacks/web/history", """{"Changes":[{"CommandId":"C2","Time":"2026-11-21T11:00:00Z","Command":"rollback","Mode":"reconcile","Source":"user","Created":2,"Deleted":1}]}""");
        using var run = new TestRun();

        Assert.Equal(ExitCode.Ok, await run.InvokeAsync(server, "history", "--stack", "web"));

        Assert.Contains("2026-11-21 11:00:00Z   C2        rollback   2", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_resource_and_a_stack_there_is_nothing_to_show()
    {
        using var run = new TestRun();

        Assert.Equal(ExitCode.Usage, await run.InvokeAsync("history"));
    }

    [Fact]
    public async Task A_rollback_is_a_command_like_any_other()
    {
        await using var server = await FakeServer.StartAsync();
        var command = Samples.Command(Samples.Update("create", "logs")) with { Kind = "rollback", State = States.Success };
        server.On("POST commands", asked => FakeServer.Json(Samples.Response(command, asked.Form.ContainsKey("simulate") ? "" : "C1"), asked.Form.ContainsKey("simulate") ? 200 : 202));
        server.On("GET commands/C1/status", Samples.Status(command));
        using var run = new TestRun(canAsk: true, input: "y\n");

        Assert.Equal(ExitCode.Ok, await run.InvokeAsync(server, "rollback", "--stack", "web", "--to", "2h"));

        Assert.Equal(new Dictionary<string, string> { ["command"] = "rollback", ["stack"] = "web", ["to"] = "2h", ["simulate"] = "true" }, server.Requests[0].Form);
        Assert.Equal(new Dictionary<string, string> { ["command"] = "rollback", ["stack"] = "web", ["to"] = "2h" }, server.Requests[1].Form);
        Assert.Contains("logs", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Drift_is_shown_stack_by_stack_and_can_fail_a_script()
    {
        await using var server = await FakeServer.StartAsync();
        server.On("GET stacks", """[{"Label":"web"},{"Label":"base"}]""");
        server.On("GET stacks/base/drift", """{"ModifiedResources":[]}""");
        server.On("GET stacks/web/drift", """
            {"ModifiedResources":[{"Stack":"web","Type":"A::B::C","Label":"net","Operation":"update","PatchDocument":[{"op":"replace","path":"/Value","value":"b"}],"Properties":{"Value":"b"},"OldProperties":{"Value":"a"}}]}
            """);
        using var human = new TestRun();
        using var json = new TestRun();

        Assert.Equal(ExitCode.Ok, await human.InvokeAsync(server, "drift"));
        Assert.Equal("""
            Stack base: nothing changed since its last reconcile.
            Stack web
              ~   net  A::B::C
                    ~ Value  "a" → "b"

            """, human.Out);
        Assert.Equal(ExitCode.Failed, await json.InvokeAsync(server, "drift", "web", "--fail", "-o", "json"));
        Assert.Equal("net", Samples.Json(json.Out).GetProperty("ModifiedStacks").GetProperty("web").GetProperty("ModifiedResources")[0].GetProperty("Label").GetString());
    }

    [Fact]
    public async Task A_synchronisation_is_followed_to_its_end()
    {
        await using var server = await FakeServer.StartAsync();
        server.On("POST admin/synchronize", """{"CommandId":"S","State":"InProgress"}""");
        server.OnInTurn("GET admin/synchronize", """{"CommandId":"S","State":"InProgress","Total":5,"Done":2}""", """{"CommandId":"S","State":"Success","Total":5,"Done":5,"Changed":1,"Gone":2,"Skipped":1}""");
        using var run = new TestRun();
        using var detached = new TestRun();

        Assert.Equal(ExitCode.Ok, await run.InvokeAsync(server, "sync"));
        Assert.Equal("""
            2 of 5 looked at …
            5 looked at: 1 changed, 2 gone, 1 left alone (a command works there, or no plugin is there).
            To see what: formae drift

            """, run.Out);
        Assert.Equal(ExitCode.Ok, await detached.InvokeAsync(server, "sync", "--detach", "-o", "json"));
        Assert.Equal(JsonValueKind.Object, Samples.Json(detached.Out).ValueKind);
    }
}
