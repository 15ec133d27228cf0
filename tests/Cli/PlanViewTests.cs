using Formae.Cli.Plans;
using Formae.Cli.Tests.Support;
using Formae.Protocol.Http;

namespace Formae.Cli.Tests;

public sealed class PlanViewTests
{
    [Fact]
    public void A_create_shows_its_properties_with_references_by_label_and_secrets_hidden()
    {
        var plan = Plan(Samples.Update("create", "db", "FakeAWS::SecretsManager::Secret") with
        {
            Properties = Samples.Json($$"""
                {
                  "Name": "db",
                  "SecretString": {"$value": "hunter2", "$visibility": "Opaque"},
                  "VpcId": {"$ref": "formae://{{Samples.Vpc}}#/VpcId", "$value": "vpc-1"},
                  "Zone": {"$res": true, "$label": "net", "$type": "T::T::T", "$stack": "base", "$property": "Zone"},
                  "Tags": [{"Key": "env", "Value": "dev"}]
                }
                """),
            ReferenceLabels = new Dictionary<string, string> { [Samples.Vpc] = "main" },
        });

        Assert.Equal("""

            Stack web
              +   db  FakeAWS::SecretsManager::Secret
                    + Name          "db"
                    + SecretString  ***
                    + VpcId         main.VpcId
                    + Zone          net.Zone
                    + Tags          [{ Key: "env", Value: "dev" }]

            Plan: 1 to create, 0 to update, 0 to delete

            """, plan);
    }

    [Fact]
    public void An_update_shows_old_and_new_per_path()
    {
        var plan = Plan(Samples.Update("update", "assets") with
        {
            OldProperties = Samples.Json("""{"Tags":[{"Key":"env","Value":"dev"}],"Acl":"private","Old":1}"""),
            Properties = Samples.Json("""{"Tags":[{"Key":"env","Value":"prod"},{"Key":"a","Value":"b"}],"Acl":"private"}"""),
            PatchDocument = Samples.Json("""
                [
                  {"op":"replace","path":"/Tags/0/Value","value":"prod"},
                  {"op":"add","path":"/Tags/-","value":{"Key":"a","Value":"b"}},
                  {"op":"remove","path":"/Old"}
                ]
                """),
        });

        Assert.Equal("""

            Stack web
              ~   assets  FakeAWS::S3::Bucket
                    ~ Tags[0].Value  "dev" → "prod"
                    + Tags[]         { Key: "a", Value: "b" }
                    - Old            1

            Plan: 0 to create, 1 to update, 0 to delete

            """, plan);
    }

    [Fact]
    public void The_two_halves_of_a_replace_are_one_change_that_names_the_field_behind_it()
    {
        var plan = Plan(
            Samples.Update("delete", "main", "FakeAWS::EC2::VPC") with
            {
                GroupId = "g",
                CreateOnlyPatch = Samples.Json("""[{"op":"replace","path":"/CidrBlock","value":"10.1.0.0/16"}]"""),
                Properties = Samples.Json("""{"CidrBlock":"10.0.0.0/16"}"""),
            },
            Samples.Update("create", "main", "FakeAWS::EC2::VPC") with { GroupId = "g", Properties = Samples.Json("""{"CidrBlock":"10.1.0.0/16"}""") },
            Samples.Update("delete", "old"));

        Assert.Equal("""

            Stack web
              -/+ main  FakeAWS::EC2::VPC  (CidrBlock cannot be changed in place)
                    ~ CidrBlock  "10.0.0.0/16" → "10.1.0.0/16"
              -   old  FakeAWS::S3::Bucket

            Plan: 0 to create, 0 to update, 1 to replace, 1 to delete

            """, plan);
    }

    [Fact]
    public void Targets_come_first_and_stacks_in_the_commands_order()
    {
        var command = Samples.Command(Samples.Update("create", "a", stack: "web"), Samples.Update("create", "b", stack: "base")) with
        {
            TargetUpdates = [new TargetUpdate { TargetLabel = "local", Operation = "create", DesiredConfig = Samples.Json("""{"Root":"here"}""") }],
            StackUpdates = [new StackUpdate { StackLabel = "base", Operation = "create" }],
        };

        Assert.Equal("""
              +   target local
                    + Root  "here"

            Stack base (new)
              +   b  FakeAWS::S3::Bucket

            Stack web
              +   a  FakeAWS::S3::Bucket

            Plan: 2 to create, 0 to update, 0 to delete

            """, Render(new Simulation { Command = command }));
    }

    [Fact]
    public void Cascades_renames_and_warnings_are_told()
    {
        var update = Samples.Update("update", "new") with { OldLabel = "old", IsCascade = true, CascadeSource = "main" };

        var plan = Render(new Simulation { Command = Samples.Command(update), Warnings = ["Look out."] });

        Assert.Contains("~   new  FakeAWS::S3::Bucket  (was old; because of main)", plan, StringComparison.Ordinal);
        Assert.Contains("warning: Look out.", plan, StringComparison.Ordinal);
    }

    [Fact]
    public void A_replaced_target_is_one_change_with_the_fields_that_differ_and_takes_its_resources_along()
    {
        var (before, after) = (Samples.Json("""{"Region":"eu-1","Account":"a"}"""), Samples.Json("""{"Region":"us-1","Account":"a"}"""));
        var command = Samples.Command(
            Samples.Update("delete", "logs") with { GroupId = "g", IsCascade = true, CascadeSource = "eu" },
            Samples.Update("create", "logs") with { GroupId = "g", IsCascade = true, CascadeSource = "eu" }) with
        {
            TargetUpdates =
            [
                new TargetUpdate { TargetLabel = "eu", Operation = "delete", ExistingConfig = before },
                new TargetUpdate { TargetLabel = "eu", Operation = "create", ExistingConfig = before, DesiredConfig = after },
            ],
        };

        Assert.Equal("""
              -/+ target eu
                    ~ Region  "eu-1" → "us-1"

            Stack web
              -/+ logs  FakeAWS::S3::Bucket  (because of eu)

            Plan: 0 to create, 0 to update, 1 to replace, 0 to delete; 1 target to replace

            """, Render(new Simulation { Command = command }));
    }

    [Fact]
    public void A_reference_that_is_written_again_says_of_what_the_new_value_will_be()
    {
        var plan = Plan(Samples.Update("update", "app") with
        {
            IsCascade = true,
            CascadeSource = "main",
            PatchDocument = Samples.Json("""[{"op":"replace","path":"/VpcId","value":{"$cascade-resolvable":true,"$source-label":"main","$current-value":"vpc-1"}},{"op":"replace","path":"/Key","value":{"$cascade-resolvable":true,"$source-label":"main","$current-value":{"$opaque":"redacted"}}}]"""),
            OldProperties = Samples.Json($$"""{"VpcId":{"$ref":"formae://{{Samples.Vpc}}#/VpcId","$value":"vpc-1"},"Key":{"$opaque":"redacted"} }"""),
            Properties = Samples.Json($$"""{"VpcId":{"$ref":"formae://{{Samples.Vpc}}#/VpcId"},"Key":{"$opaque":"redacted"} }"""),
        });

        Assert.Contains("~   app  FakeAWS::S3::Bucket  (because of main)", plan, StringComparison.Ordinal);
        Assert.Contains("~ VpcId  \"vpc-1\" → (of the new main)", plan, StringComparison.Ordinal);
        Assert.Contains("~ Key    *** → (of the new main)", plan, StringComparison.Ordinal);
    }

    [Fact]
    public void Adoptions_and_policies_are_told()
    {
        var command = Samples.Command(Samples.Update("update", "logs") with { OldStackName = "$unmanaged", PatchDocument = Samples.Json("[]") }) with
        {
            PolicyUpdates =
            [
                new PolicyUpdate { Operation = "create", PolicyLabel = "web-ttl-12345678", PolicyType = "ttl", StackLabel = "web", PolicyConfig = Samples.Json("""{"Type":"ttl","TTLSeconds":60}""") },
                new PolicyUpdate { Operation = "attach", PolicyLabel = "nightly", PolicyType = "auto-reconcile", StackLabel = "web" },
                new PolicyUpdate { Operation = "skip", PolicyLabel = "old", PolicyType = "ttl", ReferencingStacks = ["app", "ops"] },
            ],
        };

        Assert.Equal("""
              +   policy web-ttl-12345678  ttl  (of stack web)
                    + TTLSeconds  60
              +   policy nightly  auto-reconcile  (for stack web from now on)
              =   policy old  ttl  (stays, because it is used by app, ops)

            Stack web
              ~   logs  FakeAWS::S3::Bucket  (taken over from what was discovered)

            Plan: 0 to create, 1 to update, 0 to delete

            """, Render(new Simulation { Command = command }));
    }

    [Theory]
    [InlineData("""[{"op":"replace","path":"/Secret","value":"plain"}]""", """{"Secret":{"$value":"abc","$hashed":true,"$visibility":"Opaque"}}""")]
    [InlineData("""[{"op":"replace","path":"/Secret/$value","value":"plain"}]""", """{"Secret":{"$value":"abc","$visibility":"Opaque"}}""")]
    [InlineData("""[{"op":"add","path":"/Secret","value":{"$sealed":"plain","$digest":"d"}}]""", "{}")]
    public void A_secret_never_shows_in_a_patch(string patch, string old)
    {
        var plan = Plan(Samples.Update("update", "x") with { PatchDocument = Samples.Json(patch), OldProperties = Samples.Json(old), Properties = Samples.Json("{}") });

        Assert.DoesNotContain("plain", plan, StringComparison.Ordinal);
        Assert.DoesNotContain("abc", plan, StringComparison.Ordinal);
        Assert.Contains("***", plan, StringComparison.Ordinal);
    }

    [Fact]
    public void Values_are_cut_to_a_line_and_cannot_move_the_cursor()
    {
        var text = new ValueText().Of(Samples.Json("\"\\u001b[2J\\n" + new string('x', 500) + "\""));

        Assert.DoesNotContain(text, char.IsControl);
        Assert.StartsWith("\"\\u001b[2J\\nxxx", text, StringComparison.Ordinal);
        Assert.InRange(text.Length, 1, ValueText.Longest + 10);
    }

    [Fact]
    public void Markup_in_values_is_text()
    {
        var plan = Plan(Samples.Update("create", "[red]x[/]") with { Properties = Samples.Json("""{"[bold]":"[/]"}""") });

        Assert.Contains("[red]x[/]", plan, StringComparison.Ordinal);
        Assert.Contains("[bold]  \"[/]\"", plan, StringComparison.Ordinal);
    }

    [Fact]
    public void A_type_with_the_name_of_a_picture_stays_text()
    {
        var plan = Plan(Samples.Update("create", ":bug:", "Local::Shell::Command") with { Properties = Samples.Json("""{"A":":key:"}""") });

        Assert.Contains(":bug:  Local::Shell::Command", plan, StringComparison.Ordinal);
        Assert.Contains("\":key:\"", plan, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_a_large_plan_a_few_alike_are_shown_and_the_rest_is_counted()
    {
        var updates = Enumerable.Range(0, 2000).Select(number => Samples.Update(number < 1500 ? "create" : "delete", $"r{number}")).Append(Samples.Update("update", "odd")).ToArray();
        var simulation = new Simulation { Command = Samples.Command(updates) };
        using var few = new TestRun(width: 120);
        using var all = new TestRun(width: 120);

        PlanView.Write(few.Context.Terminal.Out, simulation, isWhole: false);
        PlanView.Write(all.Context.Terminal.Out, simulation);

        Assert.Equal(3 + 20 + 1, few.Out.Split('\n').Count(line => line.Contains("  FakeAWS::S3::Bucket", StringComparison.Ordinal)));
        Assert.Contains("… and 1,497 more of FakeAWS::S3::Bucket; --all shows them", few.Out, StringComparison.Ordinal);
        Assert.Contains("… and 480 more of FakeAWS::S3::Bucket; --all shows them", few.Out, StringComparison.Ordinal);
        Assert.Contains("Plan: 1500 to create, 1 to update, 500 to delete", few.Out, StringComparison.Ordinal);
        Assert.Contains("r1999", all.Out, StringComparison.Ordinal);
    }

    private static string Plan(params ResourceUpdate[] updates) => Render(new Simulation { Command = Samples.Command(updates) });

    private static string Render(Simulation simulation)
    {
        using var run = new TestRun(width: 120);
        PlanView.Write(run.Context.Terminal.Out, simulation);
        return run.Out;
    }
}
