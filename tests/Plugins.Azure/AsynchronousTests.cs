using Formae.ArmSimulator;
using Formae.Model;
using Formae.Plugins.AzureResources.Arm;
using Formae.Protocol.Bus;
using Requests = Formae.Sdk.Testing.Requests;

namespace Formae.Plugins.AzureResources.Tests;

/// <summary>Operations that go on after their answer, followed in each of the ways that Azure knows.</summary>
public sealed class AsynchronousTests
{
    public static TheoryData<AsyncStyle, AsyncStyle> Ways => new(
        from put in Enum.GetValues<AsyncStyle>()
        from delete in Enum.GetValues<AsyncStyle>()
        select (put, delete));

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task An_object_is_made_changed_and_removed_however_Azure_tells_of_it(AsyncStyle put, AsyncStyle delete)
    {
        await using var arm = await Arm.StartAsync();
        arm.Follow(put, delete);
        arm.Cloud.Polls = 2;

        var create = Requests.Create(Arm.AnyType, Arm.ThingOf());
        var report = await arm.ExecuteAsync(create);
        Assert.Equal(put == AsyncStyle.None ? OperationStatus.Success : OperationStatus.InProgress, report.Status);
        Assert.Equal(Arm.Thing, report.NativeId);
        report = put == AsyncStyle.None ? report : await arm.CompleteAsync(create);
        Assert.Equal((OperationStatus.Success, "Succeeded"), (report.Status, report.Properties?.GetProperty("ProvisioningState").GetString()));

        report = await arm.CompleteAsync(Requests.Update(Arm.AnyType, Arm.Thing, Arm.ThingOf("""{"size":2}""")));
        Assert.Equal((OperationStatus.Success, 2), (report.Status, report.Properties?.GetProperty("Body").GetProperty("properties").GetProperty("size").GetInt32()));

        var gone = await arm.CompleteAsync(Requests.Delete(Arm.AnyType, Arm.Thing) with { PriorProperties = Arm.ThingOf() });
        Assert.Equal(OperationStatus.Success, gone.Status);
        Assert.DoesNotContain(Arm.Thing, arm.Cloud.Ids);
    }

    [Theory]
    [InlineData(AsyncStyle.AsyncOperation, nameof(Following.Status))]
    [InlineData(AsyncStyle.Location, nameof(Following.Result))]
    [InlineData(AsyncStyle.ProvisioningState, nameof(Following.Object))]
    public async Task The_request_id_holds_all_that_the_next_poll_needs(AsyncStyle style, string by)
    {
        await using var arm = await Arm.StartAsync();
        arm.Follow(style);

        var accepted = await arm.ExecuteAsync(Requests.Create(Arm.AnyType, Arm.ThingOf()));
        var operation = PendingOperation.TryParse(accepted.RequestId!)!;

        Assert.Equal((by, Arm.Thing, "2024-01-01", false), ($"{operation.By}", operation.Id, operation.ApiVersion, operation.IsDelete));
        Assert.Equal(by != nameof(Following.Object), operation.Address is not null);
    }

    [Theory]
    [InlineData(AsyncStyle.AsyncOperation)]
    [InlineData(AsyncStyle.Location)]
    [InlineData(AsyncStyle.ProvisioningState)]
    public async Task One_poll_asks_one_question(AsyncStyle style)
    {
        await using var arm = await Arm.StartAsync();
        arm.Follow(style);
        arm.Cloud.Polls = 5;
        var create = Requests.Create(Arm.AnyType, Arm.ThingOf());
        var accepted = await arm.ExecuteAsync(create);
        arm.Simulator.Requests.Clear();

        var report = await arm.AskAsync(create, accepted);

        Assert.Equal(OperationStatus.InProgress, report.Status);
        Assert.Equal("GET", Assert.Single(arm.Simulator.Requests.All).Method);
    }

    [Fact]
    public async Task Azure_is_not_asked_before_it_wants_to_be()
    {
        await using var arm = await Arm.StartAsync();
        arm.Follow(AsyncStyle.AsyncOperation);
        arm.Cloud.RetryAfter = 30;
        arm.Cloud.Polls = 0;
        var create = Requests.Create(Arm.AnyType, Arm.ThingOf());
        var accepted = await arm.ExecuteAsync(create);
        arm.Simulator.Requests.Clear();

        arm.Time.Advance(TimeSpan.FromSeconds(29));
        Assert.Equal(OperationStatus.InProgress, (await arm.AskAsync(create, accepted)).Status);
        Assert.Empty(arm.Simulator.Requests.All);

        arm.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(OperationStatus.Success, (await arm.AskAsync(create, accepted)).Status);
    }

    [Theory]
    [InlineData(429, "TooManyRequests", ProblemCodes.Throttling)]
    [InlineData(503, "ServiceUnavailable", ProblemCodes.ServiceInternalError)]
    [InlineData(504, null, ProblemCodes.ServiceTimeout)]
    public async Task A_question_that_is_not_answered_says_nothing_of_the_operation(int status, string? code, string problem)
    {
        foreach (var style in (AsyncStyle[])[AsyncStyle.AsyncOperation, AsyncStyle.Location, AsyncStyle.ProvisioningState])
        {
            await using var arm = await Arm.StartAsync();
            arm.Follow(style);
            arm.Cloud.Polls = 0;
            var create = Requests.Create(Arm.AnyType, Arm.ThingOf());
            var accepted = await arm.ExecuteAsync(create);
            arm.Simulator.Faults.Add(new Fault { Status = status, Code = code, RetryAfter = 12 });

            var unanswered = await arm.AskAsync(create, accepted);

            Assert.Equal((OperationStatus.Failure, true, problem, TimeSpan.FromSeconds(12)), (unanswered.Status, unanswered.CallFailed, unanswered.Problem?.Code, unanswered.Problem?.RetryAfter));
            Assert.Equal(OperationStatus.Success, (await arm.AskAsync(create, accepted)).Status);
        }
    }

    [Fact]
    public async Task A_question_whose_connection_is_cut_may_be_asked_again()
    {
        await using var arm = await Arm.StartAsync();
        arm.Follow(AsyncStyle.AsyncOperation);
        var create = Requests.Create(Arm.AnyType, Arm.ThingOf());
        var accepted = await arm.ExecuteAsync(create);
        arm.Simulator.Faults.Add(new Fault { Kind = FaultKind.CutBefore });

        var unanswered = await arm.AskAsync(create, accepted);

        Assert.Equal((true, ProblemCodes.NetworkFailure), (unanswered.CallFailed, unanswered.Problem?.Code));
    }

    [Theory]
    [InlineData(AsyncStyle.AsyncOperation, "QuotaExceeded", ProblemCodes.ServiceLimitExceeded)]
    [InlineData(AsyncStyle.AsyncOperation, "AnotherOperationInProgress", ProblemCodes.ResourceConflict)]
    [InlineData(AsyncStyle.AsyncOperation, "NobodyKnowsThis", ProblemCodes.GeneralServiceException)]
    [InlineData(AsyncStyle.Location, "QuotaExceeded", ProblemCodes.ServiceLimitExceeded)]
    [InlineData(AsyncStyle.ProvisioningState, "QuotaExceeded", ProblemCodes.GeneralServiceException)]
    public async Task An_operation_that_fails_says_why(AsyncStyle style, string code, string problem)
    {
        await using var arm = await Arm.StartAsync();
        arm.Follow(style);
        arm.Simulator.Faults.Add(new Fault { Kind = FaultKind.FailOperation, Method = "PUT", Code = code, Message = "There is no more of it." });

        var report = await arm.CompleteAsync(Requests.Create(Arm.AnyType, Arm.ThingOf()));

        Assert.Equal((OperationStatus.Failure, problem, false), (report.Status, report.Problem?.Code, report.CallFailed));
        if (style != AsyncStyle.ProvisioningState)
            Assert.Contains($"{code}: There is no more of it.", report.Problem!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_operation_that_is_canceled_has_failed()
    {
        await using var arm = await Arm.StartAsync();
        arm.Follow(AsyncStyle.AsyncOperation);
        arm.Simulator.Faults.Add(new Fault { Kind = FaultKind.CancelOperation, Method = "PUT" });

        var report = await arm.CompleteAsync(Requests.Create(Arm.AnyType, Arm.ThingOf()));

        Assert.Equal(ProblemCodes.GeneralServiceException, report.Problem?.Code);
        Assert.Contains("Canceled", report.Problem!.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(AsyncStyle.AsyncOperation)]
    [InlineData(AsyncStyle.Location)]
    public async Task Of_an_operation_that_Azure_has_forgotten_the_object_tells(AsyncStyle style)
    {
        await using var arm = await Arm.StartAsync();
        arm.Follow(style, style);
        var create = Requests.Create(Arm.AnyType, Arm.ThingOf());
        var accepted = await arm.ExecuteAsync(create);
        arm.Cloud.ForgetOperations();

        var report = await arm.AskAsync(create, accepted);
        Assert.Equal(Following.Object, PendingOperation.TryParse(report.RequestId!)!.By);
        Assert.Equal(OperationStatus.Success, (await arm.AskAsync(create, report)).Status);

        var delete = Requests.Delete(Arm.AnyType, Arm.Thing) with { PriorProperties = Arm.ThingOf() };
        accepted = await arm.ExecuteAsync(delete);
        arm.Cloud.ForgetOperations();
        report = await arm.AskAsync(delete, accepted);
        Assert.Equal(OperationStatus.Success, (report.Status == OperationStatus.InProgress ? await arm.AskAsync(delete, report) : report).Status);
    }

    [Fact]
    public async Task What_has_failed_before_is_not_a_deletion_that_fails()
    {
        await using var arm = await Arm.StartAsync();
        arm.Cloud.Types["Test.Things/things"] = new TypeRules { Put = AsyncStyle.AsyncOperation, Delete = AsyncStyle.ProvisioningState, ShowsDeleting = false };
        arm.Simulator.Faults.Add(new Fault { Kind = FaultKind.FailOperation, Method = "PUT", Code = "InternalServerError" });
        Assert.Equal(OperationStatus.Failure, (await arm.CompleteAsync(Requests.Create(Arm.AnyType, Arm.ThingOf()))).Status);
        Assert.Equal("Failed", (string?)arm.Cloud.Find(Arm.Thing)!["properties"]!["provisioningState"]);
        arm.Cloud.Polls = 3;

        var report = await arm.CompleteAsync(Requests.Delete(Arm.AnyType, Arm.Thing) with { PriorProperties = Arm.ThingOf() });

        Assert.Null(report.Problem?.Message);
        Assert.Equal(OperationStatus.Success, report.Status);
        Assert.DoesNotContain(Arm.Thing, arm.Cloud.Ids);
    }

    [Theory]
    [InlineData(FaultKind.FailOperation, "Failed")]
    [InlineData(FaultKind.CancelOperation, "Canceled")]
    public async Task What_fails_while_it_is_deleted_is_a_deletion_that_fails(FaultKind kind, string state)
    {
        await using var arm = await Arm.StartAsync();
        arm.Follow(AsyncStyle.None, AsyncStyle.ProvisioningState);
        await arm.MadeAsync(Arm.AnyType, Arm.ThingOf());
        arm.Simulator.Faults.Add(new Fault { Kind = kind, Method = "DELETE", Code = "CannotDelete" });

        var report = await arm.CompleteAsync(Requests.Delete(Arm.AnyType, Arm.Thing) with { PriorProperties = Arm.ThingOf() });

        Assert.Equal((OperationStatus.Failure, ProblemCodes.GeneralServiceException), (report.Status, report.Problem?.Code));
        Assert.Contains(state, report.Problem!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_accepted_and_is_not_there_afterwards_is_made_again()
    {
        await using var arm = await Arm.StartAsync();
        arm.Follow(AsyncStyle.ProvisioningState);
        var create = Requests.Create(Arm.AnyType, Arm.ThingOf());
        var accepted = await arm.ExecuteAsync(create);
        arm.Cloud.Remove(Arm.Thing);

        var report = await arm.AskAsync(create, accepted);

        Assert.Equal((ProblemCodes.NotStabilized, false), (report.Problem?.Code, report.CallFailed));
    }

    [Theory]
    [InlineData("https://elsewhere.example/operations/1")]
    [InlineData("operations/1")]
    public async Task An_address_of_another_host_is_not_followed_with_our_token(string address)
    {
        await using var arm = await Arm.StartAsync();
        var operation = new PendingOperation { By = Following.Status, Address = address, Id = Arm.Thing, ApiVersion = "2024-01-01" };

        var report = await arm.ExecuteAsync(Requests.Status(Arm.AnyType, operation.ToString(), Arm.Thing));

        Assert.Equal(ProblemCodes.GeneralServiceException, report.Problem?.Code);
        Assert.Empty(arm.Simulator.Requests.All);
    }

    [Fact]
    public async Task A_request_id_of_another_plugin_is_refused()
    {
        await using var arm = await Arm.StartAsync();

        Assert.Equal(ProblemCodes.InvalidRequest, (await arm.ExecuteAsync(Requests.Status(Arm.AnyType, "fake-request-1", Arm.Thing))).Problem?.Code);
    }
}
