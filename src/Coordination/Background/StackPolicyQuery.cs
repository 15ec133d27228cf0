using Formae.Coordination.Storage;
using Formae.Model;

namespace Formae.Coordination.Background;

/// <summary>The policies that hold for a stack: those written in it, and the standalone ones that it refers to.</summary>
public sealed class StackPolicyQuery(PolicyStore policies)
{
    public async Task<IReadOnlyList<Policy>> ReadAsync(Stack stack, CancellationToken cancellation) =>
    [
        .. Policies.InlineOf(stack),
        .. (await TableRows.ReadEachAsync(Policies.ReferencedBy(stack), label => policies.FindAsync(label, cancellation))).OfType<Policy>(),
    ];
}
