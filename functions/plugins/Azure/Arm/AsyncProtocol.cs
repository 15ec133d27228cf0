using System.Text.Json;
using Formae.Model;
using Formae.Sdk;

namespace Formae.Plugins.AzureResources.Arm;

/// <summary>
/// What an answer says of how an operation stands, by the rules of Azure's asynchronous operations: <c>Azure-AsyncOperation</c> counts before <c>Location</c>, both before the object's
/// <c>provisioningState</c>; a state that is none of Succeeded, Failed and Canceled goes on, and no state at all is done.
/// </summary>
internal sealed class AsyncProtocol(TimeProvider time)
{
    /// <summary>After a PUT or a PATCH.</summary>
    public Progress AfterWrite(ArmAnswer answer, string id, string apiVersion)
    {
        if (answer.Problem is { } problem)
            return new Progress.Failed(problem) { IsTurnedAway = answer.IsTurnedAway };
        var pending = new PendingOperation { By = Following.Object, Id = id, ApiVersion = apiVersion };
        if (Followed(answer, pending) is { } followed)
            return GoesOn(followed, answer, "Accepted.");
        return StateOf(answer.Body) switch
        {
            { } state when !IsFinal(state) => GoesOn(pending, answer, state),
            { } state when !IsSuccess(state) => Ended(state, answer.Body),
            null when answer.Status == 202 => GoesOn(pending, answer, "Accepted."),
            _ => new Progress.Done(answer.Body),
        };
    }

    /// <summary>After a DELETE: 200 and 204 are the end, 202 is not.</summary>
    public Progress AfterDelete(ArmAnswer answer, string id, string apiVersion)
    {
        if (answer.Problem is { } problem)
            return new Progress.Failed(problem) { IsTurnedAway = answer.IsTurnedAway };
        if (answer.Status != 202)
            return new Progress.Done(null);
        var pending = new PendingOperation { By = Following.Object, Id = id, ApiVersion = apiVersion, IsDelete = true };
        return GoesOn(Followed(answer, pending) ?? pending, answer, "Deleting");
    }

    /// <summary>Whether it is still too early to ask. Whose clock is behind the one that has noted the time cannot tell, and asks.</summary>
    public bool IsEarly(PendingOperation operation) => operation is { AskedAt: { } asked, NotBefore: { } notBefore } && time.GetUtcNow() is var now && now >= asked && now < notBefore;

    /// <summary>After a question.</summary>
    public Progress AfterQuestion(ArmAnswer answer, PendingOperation operation) => operation.By switch
    {
        Following.Status => OfStatus(answer, operation),
        Following.Result => OfResult(answer, operation),
        _ => OfObject(answer, operation),
    };

    private Progress OfStatus(ArmAnswer answer, PendingOperation operation)
    {
        if (answer.Status is 404 or 410)
            return Forgotten(answer, operation);
        if (answer.Problem is { } unanswered)
            return new Progress.Unknown(unanswered);
        var status = Text(answer.Body, "status") ?? StateOf(answer.Body) ?? (answer.Status == 202 ? "InProgress" : "Succeeded");
        if (!IsFinal(status))
            return GoesOn(operation, answer, Percent(answer.Body) is { } percent ? $"{status}, {percent} %" : status);
        return IsSuccess(status) ? new Progress.Done(null) : Ended(status, answer.Body);
    }

    private Progress OfResult(ArmAnswer answer, PendingOperation operation)
    {
        if (answer.Status is 404 or 410)
            return operation.IsDelete ? new Progress.Done(null) : Forgotten(answer, operation);
        if (answer.Problem is { } problem)
            return answer.Status is 0 or 401 or 408 or 429 or >= 500 ? new Progress.Unknown(problem) : new Progress.Failed(problem) { IsTurnedAway = answer.IsTurnedAway };
        if (answer.Status == 202)
            return GoesOn(Followed(answer, operation) ?? operation, answer, "In progress.");
        return operation.IsDelete ? new Progress.Done(null) : AfterWrite(answer with { OperationAddress = null, Location = null }, operation.Id, operation.ApiVersion);
    }

    private Progress OfObject(ArmAnswer answer, PendingOperation operation)
    {
        if (answer.Problem is { Code: ProblemCodes.NotFound } gone)
            return operation.IsDelete ? new Progress.Done(null) : new Progress.Failed(gone with { Code = ProblemCodes.NotStabilized, Message = $"It was accepted, but there is none now. {gone.Message}" });
        if (answer.Problem is { } unanswered)
            return new Progress.Unknown(unanswered);
        var state = StateOf(answer.Body);
        if (operation.IsDelete)
        {
            // It may have failed before, and show that until it is gone.
            return state is not null && operation.IsSeenDeleting && IsFinal(state) && !IsSuccess(state)
                ? Ended(state, answer.Body)
                : GoesOn(operation with { IsSeenDeleting = operation.IsSeenDeleting || state is not null && IsDeleting(state) }, answer, "Deleting");
        }

        return state switch
        {
            null => new Progress.Done(answer.Body),
            _ when !IsFinal(state) => GoesOn(operation, answer, state),
            _ => IsSuccess(state) ? new Progress.Done(answer.Body) : Ended(state, answer.Body),
        };
    }

    /// <summary>The status is kept for a while only; the object still tells.</summary>
    private Progress.GoesOn Forgotten(ArmAnswer answer, PendingOperation operation) =>
        GoesOn(operation with { By = Following.Object, Address = null }, answer, "Azure has forgotten the operation; the object is looked at.");

    private Progress.GoesOn GoesOn(PendingOperation operation, ArmAnswer answer, string message)
    {
        var now = time.GetUtcNow();
        return new(answer.RetryAfter is { } wait ? operation with { AskedAt = now, NotBefore = now + wait } : operation with { AskedAt = null, NotBefore = null }, message);
    }

    private static PendingOperation? Followed(ArmAnswer answer, PendingOperation operation) =>
        answer.OperationAddress is { } status ? operation with { By = Following.Status, Address = status }
        : answer is { Status: 202, Location: { } result } ? operation with { By = Following.Result, Address = result }
        : null;

    private static Progress.Failed Ended(string state, JsonElement? body)
    {
        var isTold = body is { ValueKind: JsonValueKind.Object } whole && whole.TryGetProperty("error", out _);
        var problem = isTold ? ArmErrors.Of(0, body, null, null) : Problems.Of(ProblemCodes.GeneralServiceException, "Azure gives no reason.");
        return new Progress.Failed(problem with { Message = $"The operation has ended as {state}. {problem.Message}" }) { IsTurnedAway = isTold && ArmErrors.IsTurnedAway(body) };
    }

    public static string? StateOf(JsonElement? body) =>
        body is { ValueKind: JsonValueKind.Object } whole && whole.TryGetProperty("properties", out var properties) ? Text(properties, "provisioningState") : null;

    public static bool IsFinal(string state) => IsSuccess(state) || Is(state, "Failed") || Is(state, "Canceled") || Is(state, "Cancelled");

    public static bool IsDeleting(string state) => state.StartsWith("Delet", StringComparison.OrdinalIgnoreCase) || state.StartsWith("Deprovision", StringComparison.OrdinalIgnoreCase);

    private static bool IsSuccess(string state) => Is(state, "Succeeded");

    private static bool Is(string state, string word) => state.Equals(word, StringComparison.OrdinalIgnoreCase);

    private static string? Text(JsonElement? body, string name) =>
        body is { ValueKind: JsonValueKind.Object } whole && whole.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static string? Percent(JsonElement? body) =>
        body is { ValueKind: JsonValueKind.Object } whole && whole.TryGetProperty("percentComplete", out var value) && value.ValueKind == JsonValueKind.Number ? value.GetRawText() : null;
}
