using System.Text.Json;
using Azure.Identity;
using Formae.ArmSimulator;
using Formae.Model;
using Formae.Plugins.AzureResources.Arm;
using Formae.Protocol.Bus;
using Microsoft.Identity.Client;
using Requests = Formae.Sdk.Testing.Requests;

namespace Formae.Plugins.AzureResources.Tests;

public sealed class ErrorTableTests
{
    private const int SomeStatus = 418;

    [Fact]
    public async Task Each_code_of_the_table_becomes_its_operation_error()
    {
        await using var arm = await Arm.StartAsync();
        foreach (var (code, expected) in ArmErrors.Codes)
        {
            Assert.Contains(expected, ProblemCodes.All);
            arm.Simulator.Faults.Add(new Fault { Status = SomeStatus, Code = code, Message = "So it is." });

            var report = await arm.ExecuteAsync(Requests.Read(Arm.GroupType, Arm.GroupId));

            Assert.Equal((code, expected), (code, report.Problem?.Code));
            Assert.Contains($"{code}: So it is.", report.Problem!.Message, StringComparison.Ordinal);
            Assert.Contains("correlation id ", report.Problem.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(400, ProblemCodes.InvalidRequest)]
    [InlineData(401, ProblemCodes.InvalidCredentials)]
    [InlineData(403, ProblemCodes.AccessDenied)]
    [InlineData(404, ProblemCodes.NotFound)]
    [InlineData(405, ProblemCodes.InvalidRequest)]
    [InlineData(408, ProblemCodes.ServiceTimeout)]
    [InlineData(409, ProblemCodes.ResourceConflict)]
    [InlineData(410, ProblemCodes.NotFound)]
    [InlineData(412, ProblemCodes.ResourceConflict)]
    [InlineData(413, ProblemCodes.InvalidRequest)]
    [InlineData(415, ProblemCodes.InvalidRequest)]
    [InlineData(418, ProblemCodes.GeneralServiceException)]
    [InlineData(422, ProblemCodes.InvalidRequest)]
    [InlineData(429, ProblemCodes.Throttling)]
    [InlineData(500, ProblemCodes.ServiceInternalError)]
    [InlineData(502, ProblemCodes.ServiceInternalError)]
    [InlineData(503, ProblemCodes.ServiceInternalError)]
    [InlineData(504, ProblemCodes.ServiceTimeout)]
    public async Task Of_an_unknown_code_or_none_the_status_tells(int status, string expected)
    {
        await using var arm = await Arm.StartAsync();
        foreach (var code in (string?[])["NobodyKnowsThis", null])
        {
            arm.Simulator.Faults.Add(new Fault { Status = status, Code = code, RetryAfter = 9 });

            var report = await arm.ExecuteAsync(Requests.Read(Arm.GroupType, Arm.GroupId));

            Assert.Equal((expected, TimeSpan.FromSeconds(9)), (report.Problem?.Code, report.Problem?.RetryAfter));
        }
    }

    [Fact]
    public void What_wraps_another_error_is_what_that_one_says()
    {
        var problem = ArmErrors.Of(409, JsonElement.Parse("""{"error":{"code":"DeploymentFailed","message":"At least one.","details":[{"code":"Wrapped","details":[{"code":"SkuNotAvailable","message":"Not here."}]}]}}"""), null, null);

        Assert.Equal(ProblemCodes.ServiceLimitExceeded, problem.Code);
        Assert.Contains("SkuNotAvailable: Not here.", problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(429, """{"error":{"code":"OperationNotAllowed","message":"The server rejected the request.","details":[{"code":"TooManyRequests","message":"Wait."}]}}""", ProblemCodes.Throttling)]
    [InlineData(429, """{"error":{"code":"QuotaExceeded","message":"Too much."}}""", ProblemCodes.Throttling)]
    [InlineData(429, """{"error":{"code":"RetryableErrorDueToAnotherOperation","message":"Wait."}}""", ProblemCodes.Throttling)]
    [InlineData(409, """{"error":{"code":"OperationNotAllowed","message":"No.","details":[{"code":"TooManyRequests","message":"Wait."}]}}""", ProblemCodes.Throttling)]
    [InlineData(409, """{"error":{"code":"OperationNotAllowed","message":"No more cores."}}""", ProblemCodes.ServiceLimitExceeded)]
    [InlineData(409, """{"error":{"code":"Conflict","message":"No.","details":[{"code":"QuotaExceeded","message":"Too much."}]}}""", ProblemCodes.ServiceLimitExceeded)]
    [InlineData(400, """{"error":{"code":"BadRequest","message":"No.","details":[{"code":"Conflict","message":"Busy."}]}}""", ProblemCodes.InvalidRequest)]
    [InlineData(409, """{"error":{"code":"ScopeLocked","message":"No.","details":[{"code":"QuotaExceeded","message":"Too much."}]}}""", ProblemCodes.AccessDenied)]
    public async Task A_request_too_many_is_throttling_and_of_two_codes_the_one_that_tells_more_counts(int status, string body, string expected)
    {
        await using var arm = await Arm.StartAsync();
        arm.Simulator.Faults.Add(new Fault { Status = status, Body = body });

        Assert.Equal(expected, (await arm.ExecuteAsync(Requests.Read(Arm.GroupType, Arm.GroupId))).Problem?.Code);
    }

    [Fact]
    public async Task A_site_s_name_that_is_taken_is_no_conflict_that_passes()
    {
        const string Taken = """
            {"Code":"Conflict","Message":"Website with given name shop already exists.","Target":null,"Details":[{"Message":"Website with given name shop already exists."},{"Code":"Conflict"},
            {"ErrorEntity":{"ExtendedCode":"54001","MessageTemplate":"Website with given name {0} already exists.","Parameters":["shop"],"Code":"Conflict","Message":"Website with given name shop already exists."}}],
            "Innererror":null}
            """;
        await using var arm = await Arm.StartAsync();
        arm.Simulator.Faults.Add(new Fault { Method = "PUT", Status = 409, Body = Taken });

        var report = await arm.ExecuteAsync(Requests.Create("Azure::Web::FunctionApp", Arm.Json("""{"Name":"shop","ResourceGroup":"web","Location":"westeurope","Kind":"functionapp,linux","ServerFarmId":"/subscriptions/s/plan"}""")));

        Assert.Equal((ProblemCodes.AlreadyExists, false), (report.Problem?.Code, report.Problem?.IsRecoverable));
        Assert.StartsWith("Conflict: Website with given name shop already exists. 54001 (HTTP 409)", report.Problem!.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(409, """{"Code":"Conflict","Message":"Another one."}""", ProblemCodes.ResourceConflict, "Conflict: Another one.")]
    [InlineData(400, """{"Message":"The name is wrong."}""", ProblemCodes.InvalidRequest, "The name is wrong.")]
    [InlineData(403, """{"Error":{"Code":"ScopeLocked","Message":"Locked."}}""", ProblemCodes.AccessDenied, "ScopeLocked: Locked.")]
    public void An_error_without_a_wrapper_and_with_capitals_is_told(int status, string body, string code, string text)
    {
        var problem = ArmErrors.Of(status, JsonElement.Parse(body), null, null);

        Assert.Equal((code, $"{text} (HTTP {status})"), (problem.Code, problem.Message));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("""{"error":"text"}""")]
    [InlineData("""{"error":{"code":3,"details":[7]}}""")]
    public void An_error_that_is_none_is_what_its_status_says(string body) =>
        Assert.Equal(ProblemCodes.ServiceInternalError, ArmErrors.Of(500, body.Length == 0 ? null : JsonElement.Parse(body), null, null).Code);

    [Fact]
    public void A_sign_in_that_is_not_answered_passes_and_one_that_is_refused_does_not()
    {
        Assert.Equal(ProblemCodes.NetworkFailure, Code(new AuthenticationFailedException("no", new MsalException("x", "y", new HttpRequestException("no such host")))));
        Assert.Equal(ProblemCodes.NetworkFailure, Code(new AuthenticationFailedException("no", new Azure.RequestFailedException(503, "busy"))));
        Assert.Equal(ProblemCodes.InvalidCredentials, Code(new AuthenticationFailedException("no", new MsalServiceException("invalid_client", "wrong secret"))));
        Assert.Equal(ProblemCodes.InvalidCredentials, Code(new AuthenticationFailedException("no")));
        Assert.Equal(ProblemCodes.InvalidCredentials, Code(new CredentialUnavailableException("nobody", new HttpRequestException("no metadata service"))));

        static string Code(AuthenticationFailedException refused) => ArmErrors.OfMissingToken(refused).Code;
    }

    [Fact]
    public void The_table_stands_in_the_plugin_s_README()
    {
        var readme = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "README.md"));
        Assert.All(ArmErrors.Codes, row => Assert.Contains(readme.Split('\n'), line => line.StartsWith($"| `{row.Value}` |", StringComparison.Ordinal) && line.Contains(row.Key, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Only_an_object_that_can_be_told_to_be_gone_is_gone()
    {
        await using var arm = await Arm.StartAsync();

        Assert.Equal(ProblemCodes.NotFound, (await arm.ExecuteAsync(Requests.Read(Arm.NetworkType, $"{Arm.GroupId}/providers/Microsoft.Network/virtualNetworks/none"))).Problem?.Code);
        Assert.Equal(ProblemCodes.NotFound, (await arm.ExecuteAsync(Requests.Read(Arm.NetworkType, $"{Arm.GroupId}2/providers/Microsoft.Network/virtualNetworks/none"))).Problem?.Code);
        var other = Arm.GroupId.Replace(Simulator.SubscriptionId, "00000000-0000-0000-0000-00000000000f", StringComparison.Ordinal);
        Assert.Equal(ProblemCodes.InvalidRequest, (await arm.ExecuteAsync(Requests.Read(Arm.GroupType, other))).Problem?.Code);
    }

    [Fact]
    public async Task Throttled_is_what_Azure_has_no_more_requests_for()
    {
        await using var arm = await Arm.StartAsync();
        arm.Cloud.RequestsLeft = 1;

        Assert.Equal(OperationStatus.Success, (await arm.ExecuteAsync(Requests.Read(Arm.GroupType, Arm.GroupId))).Status);
        var throttled = await arm.ExecuteAsync(Requests.Read(Arm.GroupType, Arm.GroupId));
        Assert.Equal((ProblemCodes.Throttling, TimeSpan.FromSeconds(7)), (throttled.Problem?.Code, throttled.Problem?.RetryAfter));
        Assert.Equal(2, arm.Simulator.Requests.All.Count);
    }

    [Fact]
    public async Task What_is_left_of_the_limit_is_measured()
    {
        var measured = new System.Collections.Concurrent.ConcurrentQueue<(string? Kind, long Left)>();
        using var listener = new System.Diagnostics.Metrics.MeterListener();
        listener.InstrumentPublished = (instrument, one) =>
        {
            if (instrument.Meter.Name == ArmMeasures.MeterName)
                one.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((_, left, tags, _) => measured.Enqueue((tags[0].Value as string, left)));
        listener.Start();
        await using var arm = await Arm.StartAsync();
        arm.Cloud.RequestsLeft = 4242;

        await arm.ExecuteAsync(Requests.Read(Arm.GroupType, Arm.GroupId));

        Assert.Contains(("subscription-reads", 4241), measured);
    }
}
