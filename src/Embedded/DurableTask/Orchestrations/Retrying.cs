using Microsoft.DurableTask;

namespace Formae.Embedded.DurableTask.Orchestrations;

/// <summary>Tries a task again as its policy or handler says; runs as part of the orchestrator's code, so that replay repeats it.</summary>
internal sealed class Retrying(TaskOrchestrationContext context, TaskRetryOptions options)
{
    public async Task<T> RunAsync<T>(Func<Task<T>> attempt)
    {
        var first = context.CurrentUtcDateTime;
        for (var number = 1; ; number++)
        {
            try
            {
                return await attempt();
            }
            catch (TaskFailedException e)
            {
                if (!await AgainAsync(e.FailureDetails, number, first))
                    throw;
            }
        }
    }

    private async Task<bool> AgainAsync(TaskFailureDetails failure, int number, DateTime first)
    {
        var passed = context.CurrentUtcDateTime - first;
        if (options.Policy is not { } policy)
            return await options.Handler!(new RetryContext(context, number, failure, passed, CancellationToken.None));
        if (number >= policy.MaxNumberOfAttempts || !policy.Handles(failure))
            return false;
        if (policy.RetryTimeout != Timeout.InfiniteTimeSpan && passed >= policy.RetryTimeout)
            return false;
        await context.CreateTimer(policy.DelayAfter(number), CancellationToken.None);
        return true;
    }
}
