using System.Text.Json;
using Formae.Model;
using Formae.Protocol.Bus;
using Formae.Sdk.Testing;

namespace Formae.Sdk.Tests.Wire;

public sealed class WireTests
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 2, 12, 0, 0, TimeSpan.Zero);

    private static readonly OperationRequest Request = new()
    {
        OperationId = "2cmd/2ksuid/update",
        Attempt = 2,
        Sequence = 5,
        Verb = OperationVerb.Update,
        Ksuid = "2ksuid",
        ResourceType = "FakeAWS::S3::Bucket",
        Label = "logs",
        Stack = "web",
        Target = "eu",
        TargetConfig = Requests.Json("""{"Region":"eu-west-1"}"""),
        NativeId = "fake-bucket-000001",
        RequestId = "r-1",
        Properties = Requests.Json("""{"BucketName":"logs","Key":{"$sealed":"xyz","$digest":"abc"}}"""),
        PriorProperties = Requests.Json("""{"BucketName":"logs","Key":{"$opaque":"redacted"}}"""),
        Patch = Requests.Json("""[{"op":"replace","path":"/Key","value":"x"}]"""),
        Expected = Requests.Json("""{"BucketName":"logs"}"""),
        PageSize = 50,
        PageToken = "next",
        ListParameters = Requests.Json("""{"VpcId":"v"}"""),
        ReportTo = BusContract.ReportQueue,
        Timeout = TimeSpan.FromSeconds(60),
        TraceParent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    };

    private static readonly OperationReport Report = new()
    {
        OperationId = "2cmd/2ksuid/update",
        Attempt = 2,
        Sequence = 5,
        Verb = OperationVerb.Update,
        Ksuid = "2ksuid",
        Status = OperationStatus.Failure,
        NativeId = "fake-bucket-000001",
        RequestId = "r-1",
        Properties = Requests.Json("""{"BucketName":"logs"}"""),
        NativeIds = ["a", "b"],
        NextPageToken = "b",
        Problem = new Problem { Code = ProblemCodes.Throttling, Message = "Slow down.", RetryAfter = TimeSpan.FromSeconds(3) },
        Message = "said",
        StartedAt = Noon,
        FinishedAt = Noon.AddSeconds(1),
        ProcessId = 42,
        PluginVersion = "1.2.3",
    };

    [Fact]
    public void A_request_is_written_so() => Golden.Check("operation-request", JsonSerializer.SerializeToElement(Request, BusJson.Default.OperationRequest));

    [Fact]
    public void Reports_are_written_so() =>
        Golden.Check("operation-reports", JsonSerializer.SerializeToElement(new OperationReports { Reports = [Report] }, BusJson.Default.OperationReports));

    [Fact]
    public void An_announcement_is_written_so()
    {
        var announcement = new PluginAnnouncement
        {
            Name = "fakeaws",
            Namespace = "FakeAWS",
            Version = "1.2.3",
            MinFormaeVersion = "0.1.0",
            Summary = "A cloud.",
            Publisher = "Somebody",
            License = "Apache-2.0",
            RequestQueue = "formae-plugin-fakeaws",
            MaxRequestsPerSecond = 20,
            ResourceTypes = [new AnnouncedType { Type = "FakeAWS::A::B", Schema = new ResourceSchema { Fields = ["Name"], Notice = "Nobody checks it." }, JsonSchema = Requests.Json("{}"), CanList = true }],
            TargetConfig = new AnnouncedConfig { Fields = ["Region", "Key"], Hints = new Dictionary<string, FieldHint> { ["Key"] = new() { Opaque = true, Type = "string" } }, JsonSchema = Requests.Json("{}") },
            ProcessId = 42,
            NodeName = "here",
            StartedAt = Noon,
            SentAt = Noon.AddMinutes(1),
        };
        Golden.Check("plugin-announcement", JsonSerializer.SerializeToElement(announcement, BusJson.Default.PluginAnnouncement));
    }

    [Fact]
    public void An_announcement_of_a_plugin_that_says_nothing_of_its_targets_is_read_as_ever()
    {
        var announcement = JsonSerializer.Deserialize("""{"Name":"old","Namespace":"OLD","Version":"1.0.0","RequestQueue":"q"}""", BusJson.Default.PluginAnnouncement)!;
        Assert.Null(announcement.TargetConfig);
        Assert.DoesNotContain("TargetConfig", JsonSerializer.Serialize(announcement, BusJson.Default.PluginAnnouncement), StringComparison.Ordinal);
    }

    [Fact]
    public void Of_what_an_announcement_says_of_targets_every_part_may_be_missing()
    {
        var config = JsonSerializer.Deserialize("""{"Name":"x","Namespace":"X","Version":"1.0.0","RequestQueue":"q","TargetConfig":{"Later":1}}""", BusJson.Default.PluginAnnouncement)!.TargetConfig!;
        Assert.Equal((0, 0, false), (config.Fields.Count, config.Hints.Count, config.JsonSchema.HasValue));
        Assert.Null(HintTree.Of(config.Schema).Fields);
    }

    [Fact]
    public void Readers_take_members_in_any_order_and_ignore_unknown_ones()
    {
        var request = JsonSerializer.Deserialize(
            """{"Later":1,"ReportTo":"q","ResourceType":"A::B::C","Ksuid":"k","Verb":"Read","OperationId":"o"}""", BusJson.Default.OperationRequest)!;
        Assert.Equal((OperationVerb.Read, "q", 1), (request.Verb, request.ReportTo, request.Attempt));
    }

    [Fact]
    public void Readers_refuse_a_missing_member_and_an_unknown_verb()
    {
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize("""{"ReportTo":"q"}""", BusJson.Default.OperationRequest));
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize(
            """{"ReportTo":"q","ResourceType":"A::B::C","Ksuid":"k","Verb":"Explode","OperationId":"o"}""", BusJson.Default.OperationRequest));
    }
}
