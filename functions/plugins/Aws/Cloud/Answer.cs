using Formae.Model;

namespace Formae.Plugins.Aws;

/// <summary>What AWS said to one call: a value, or a refusal.</summary>
/// <param name="Value">The value; null with a refusal.</param>
/// <param name="Refusal">Why there is none.</param>
internal readonly record struct Answer<T>(T? Value, Refusal? Refusal)
    where T : class
{
    public Problem? Problem => Refusal?.Problem;

    /// <summary>Whether it was refused with one of these codes.</summary>
    public bool IsRefusedWith(params ReadOnlySpan<string> codes) => Refusal is { } refusal && codes.Contains(refusal.Code);
}

/// <summary>A call that was refused.</summary>
/// <param name="Code">AWS's own code; empty where the answer had none.</param>
/// <param name="Problem">What it means to the engine.</param>
internal sealed record Refusal(string Code, Problem Problem);

/// <summary>Carries out one call, and makes a value of whatever AWS, or the way to it, has against it.</summary>
internal static class AwsCall
{
    /// <param name="name">As AWS calls it, such as <c>PutBucketTagging</c>.</param>
    /// <param name="call">The call.</param>
    /// <param name="cancellationToken">When it is cancelled, so is the call.</param>
    public static async Task<Answer<T>> TryAsync<T>(string name, Func<CancellationToken, Task<T>> call, CancellationToken cancellationToken)
        where T : class
    {
        try
        {
            return new(await call(cancellationToken).ConfigureAwait(false), null);
        }
        catch (Exception failed) when (!cancellationToken.IsCancellationRequested && AwsErrors.Explain(name, failed) is { } refusal)
        {
            return new(null, refusal);
        }
    }
}
