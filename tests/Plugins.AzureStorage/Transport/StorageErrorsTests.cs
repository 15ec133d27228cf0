using System.Text.Json.Nodes;
using Formae.Model;
using Formae.Plugins.AzureStorage.Transport;
using Formae.Protocol.Bus;
using Formae.Sdk.Testing;

namespace Formae.Plugins.AzureStorage.Tests.Transport;

public sealed class StorageErrorsTests
{
    private static readonly JsonObject Target = new() { ["AccountName"] = "account", ["AccountKey"] = "c2VjcmV0" };

    public static TheoryData<string> Codes => [.. StorageErrors.Rows.Keys.Order(StringComparer.Ordinal)];

    /// <summary>What each code must come to, told a second time.</summary>
    private static string Expected(string code) => code switch
    {
        _ when code.EndsWith("NotFound", StringComparison.Ordinal) => ProblemCodes.NotFound,
        _ when code.EndsWith("AlreadyExists", StringComparison.Ordinal) => ProblemCodes.AlreadyExists,
        _ when code.EndsWith("BeingDeleted", StringComparison.Ordinal) || code.StartsWith("Lease", StringComparison.Ordinal) || code.Contains("Condition", StringComparison.Ordinal) => ProblemCodes.ResourceConflict,
        "AccountBeingCreated" or "PendingCopyOperation" or "SnapshotsPresent" or "BlobBeingRehydrated" => ProblemCodes.ResourceConflict,
        "ServerBusy" or "TooManyRequests" or "ClientRequestThrottled" => ProblemCodes.Throttling,
        "InternalError" => ProblemCodes.ServiceInternalError,
        "OperationTimedOut" or "RequestTimedOut" => ProblemCodes.ServiceTimeout,
        "AuthenticationFailed" or "InvalidAuthenticationInfo" or "NoAuthenticationInformation" or "KeyBasedAuthenticationNotPermitted" => ProblemCodes.InvalidCredentials,
        _ when code.StartsWith("Authorization", StringComparison.Ordinal) || code.Contains("Immutable", StringComparison.Ordinal) => ProblemCodes.AccessDenied,
        "UnauthorizedBlobOverwrite" or "InsufficientAccountPermissions" or "AccountIsDisabled" or "AccountProtectedFromDeletion" => ProblemCodes.AccessDenied,
        "BlobArchived" or "CannotChangeToLowerTier" or "NotImplemented" or "MethodNotAllowed" => ProblemCodes.GeneralServiceException,
        "BlockListTooLong" or "TotalSharedAccessPoliciesExceedLimit" or "BlockCountExceedsLimit" or "TooManyProperties" => ProblemCodes.ServiceLimitExceeded,
        _ when code.EndsWith("TooLarge", StringComparison.Ordinal) => ProblemCodes.ServiceLimitExceeded,
        _ => ProblemCodes.InvalidRequest,
    };

    [Theory]
    [MemberData(nameof(Codes))]
    public async Task Each_code_comes_to_its_problem_whatever_the_status(string code)
    {
        var report = await ReadAsync(_ => Canned.Error(409, code, $"<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>What the service says.\nRequestId:1\nTime:2</Message></Error>"));

        Assert.Equal(Expected(code), report.Problem?.Code);
        Assert.Contains(code, report.Problem!.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("RequestId", report.Problem.Message, StringComparison.Ordinal);
        Assert.Equal(code.EndsWith("BeingDeleted", StringComparison.Ordinal), report.Problem is { IsRecoverable: true, RetryAfter.TotalSeconds: >= 30 } && code != "AccountBeingCreated");
    }

    [Fact]
    public async Task A_code_in_the_body_of_a_table_answer_counts_too()
    {
        var report = await ReadAsync(_ => new Canned(409, """{"odata.error":{"code":"TableBeingDeleted","message":{"lang":"en-US","value":"It is being deleted.\nRequestId:1"}}}"""), StoragePlugin.Table);

        Assert.Equal((ProblemCodes.ResourceConflict, TimeSpan.FromSeconds(40)), (report.Problem!.Code, report.Problem.RetryAfter));
        Assert.Contains("It is being deleted.", report.Problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(400, ProblemCodes.InvalidRequest)]
    [InlineData(401, ProblemCodes.InvalidCredentials)]
    [InlineData(403, ProblemCodes.AccessDenied)]
    [InlineData(404, ProblemCodes.NotFound)]
    [InlineData(408, ProblemCodes.ServiceTimeout)]
    [InlineData(409, ProblemCodes.ResourceConflict)]
    [InlineData(412, ProblemCodes.ResourceConflict)]
    [InlineData(413, ProblemCodes.ServiceLimitExceeded)]
    [InlineData(418, ProblemCodes.GeneralServiceException)]
    [InlineData(429, ProblemCodes.Throttling)]
    [InlineData(500, ProblemCodes.ServiceInternalError)]
    [InlineData(501, ProblemCodes.GeneralServiceException)]
    [InlineData(502, ProblemCodes.ServiceInternalError)]
    [InlineData(503, ProblemCodes.Throttling)]
    [InlineData(504, ProblemCodes.ServiceTimeout)]
    public async Task A_code_that_nobody_knows_counts_by_its_status(int status, string expected)
    {
        var unknown = await ReadAsync(_ => Canned.Error(status, "SomethingQuiteNew", "<html>not what was expected"));
        var none = await ReadAsync(_ => Canned.Error(status, null));

        Assert.Equal((expected, expected), (unknown.Problem?.Code, none.Problem?.Code));
        Assert.Contains("SomethingQuiteNew", unknown.Problem!.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Retry-After", "7", 7)]
    [InlineData("x-ms-retry-after-ms", "1500", 1.5)]
    [InlineData("Retry-After", "Thu, 01 Jan 2026 00:00:20 GMT", 20)]
    public async Task Throttling_says_how_long_to_wait(string header, string value, double seconds)
    {
        var report = await ReadAsync(_ => Canned.Error(503, "ServerBusy", "", (header, value)));

        Assert.Equal((ProblemCodes.Throttling, TimeSpan.FromSeconds(seconds)), (report.Problem!.Code, report.Problem.RetryAfter));
    }

    [Fact]
    public async Task A_refusal_is_asked_about_once_for_only_the_control_plane_tries_again()
    {
        var transport = new RecordingTransport(_ => Canned.Error(503, "ServerBusy"));
        await using var plugin = StoragePlugin.With(Target.DeepClone().AsObject(), transport);

        await plugin.ExecuteAsync(Requests.Read(StoragePlugin.Container, "some"));

        Assert.Single(transport.Seen);
    }

    [Theory]
    [InlineData(StoragePlugin.Container, "ContainerBeingDeleted")]
    [InlineData(StoragePlugin.Queue, "QueueBeingDeleted")]
    [InlineData(StoragePlugin.Table, "TableBeingDeleted")]
    public async Task What_is_being_deleted_is_deleted_and_its_name_is_free_later(string type, string code)
    {
        await using var plugin = StoragePlugin.With(Target.DeepClone().AsObject(), new RecordingTransport(_ => Canned.Error(409, code)));

        var deleted = await plugin.DeleteAsync(type, "something");
        var created = await plugin.ExecuteAsync(StoragePlugin.Create(type, new JsonObject { ["Name"] = "something" }));

        Assert.Equal(OperationStatus.Success, deleted.Status);
        Assert.True(created.Problem is { Code: ProblemCodes.ResourceConflict, IsRecoverable: true, RetryAfter.TotalSeconds: >= 30 });
    }

    [Theory]
    [InlineData(StoragePlugin.Blob, "some/a.txt", "ContainerBeingDeleted")]
    [InlineData(StoragePlugin.Entity, "some/a/b", "TableBeingDeleted")]
    public async Task What_lies_in_something_that_is_being_deleted_goes_with_it(string type, string id, string code)
    {
        await using var plugin = StoragePlugin.With(Target.DeepClone().AsObject(), new RecordingTransport(_ => Canned.Error(409, code)));

        Assert.Equal(OperationStatus.Success, (await plugin.DeleteAsync(type, id)).Status);
    }

    [Fact]
    public async Task A_host_that_does_not_answer_is_a_failure_of_the_network()
    {
        var target = new JsonObject { ["AccountName"] = "account", ["AccountKey"] = "c2VjcmV0", ["BlobEndpoint"] = "http://127.0.0.1:1/account" };
        await using var plugin = StoragePlugin.With(target);

        var report = await plugin.ExecuteAsync(Requests.Read(StoragePlugin.Container, "some"));

        Assert.Equal(ProblemCodes.NetworkFailure, report.Problem?.Code);
        Assert.Contains("127.0.0.1:1", report.Problem!.Message, StringComparison.Ordinal);
    }

    private static async Task<OperationReport> ReadAsync(Func<Recorded, Canned> answer, string type = StoragePlugin.Container)
    {
        await using var plugin = StoragePlugin.With(Target.DeepClone().AsObject(), new RecordingTransport(answer), time: new FakeTimeProvider());
        return await plugin.ExecuteAsync(Requests.Read(type, "something"));
    }
}
