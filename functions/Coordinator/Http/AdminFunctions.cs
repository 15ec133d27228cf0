using Formae.Coordination.Background;
using Formae.Coordination.Synchronization;
using Formae.Coordinator.Http.Access;
using Formae.Coordinator.Http.Description;
using Formae.Protocol.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace Formae.Coordinator.Http;

/// <summary>What timers do, on demand.</summary>
public sealed class AdminFunctions(SynchronizeStarter synchronizations, StackReconcile reconcile, StackExpiry expiry)
{
    [Function("SynchronizeNow")]
    [Endpoint(Role.Admin, "Looks at every live resource in its cloud and takes note of what others changed or deleted. While one runs, that one is the answer.")]
    [Answer(200, "The synchronisation that runs.", typeof(SynchronizationProgress))]
    public async Task<IResult> Synchronize(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "v1/admin/synchronize")] HttpRequest request, [DurableClient] DurableTaskClient client, CancellationToken cancellation) =>
        Answers.Json(await synchronizations.StartAsync(client, cancellation), HttpJson.Readable.SynchronizationProgress);

    [Function("GetSynchronization")]
    [Endpoint(Role.Reader, "How the last synchronisation stands.")]
    [Answer(200, "The synchronisation, running or done.", typeof(SynchronizationProgress))]
    [Answer(404, "None ran lately.")]
    public async Task<IResult> Synchronization(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "v1/admin/synchronize")] HttpRequest request, [DurableClient] DurableTaskClient client, CancellationToken cancellation) =>
        await synchronizations.FindAsync(client, cancellation) is { } found
            ? Answers.Json(found, HttpJson.Readable.SynchronizationProgress)
            : Answers.NotFound("No synchronisation is known: none ran lately.");

    [Function("CheckTimeToLive")]
    [Endpoint(Role.Admin, "Destroys the stacks whose time to live is over.")]
    [Answer(200, "The stacks, and the commands that destroy them.", typeof(ExpiryAnswer))]
    public async Task<IResult> CheckTimeToLive(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "v1/admin/check-ttl")] HttpRequest request, [DurableClient] DurableTaskClient client, CancellationToken cancellation) =>
        Answers.Json(await expiry.CheckAsync("force-check-ttl", client, cancellation), HttpJson.Readable.ExpiryAnswer);

    [Function("ReconcileStack")]
    [Endpoint(Role.Operator, "Puts a stack back to where its last reconcile left it.")]
    [Answer(200, "There is nothing to do; the message says why.", typeof(ReconcileAnswer))]
    [Answer(202, "It runs.", typeof(ReconcileAnswer))]
    [Answer(403, "The stack has no auto-reconcile policy.")]
    [Answer(404, "There is no such stack.")]
    [Answer(409, "A command works on the stack.")]
    public async Task<IResult> Reconcile(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "v1/stacks/{stack}/reconcile")] HttpRequest request, string stack, [DurableClient] DurableTaskClient client, CancellationToken cancellation)
    {
        var caller = Caller.Of(request.HttpContext);
        var outcome = await reconcile.RunAsync(stack, caller?.Subject, caller?.Name, client, cancellation);
        return outcome.Error is { } error ? Answers.Json(error, HttpJson.Readable.ErrorResponse, outcome.Status) : Answers.Json(outcome.Answer!, HttpJson.Readable.ReconcileAnswer, outcome.Status);
    }
}
