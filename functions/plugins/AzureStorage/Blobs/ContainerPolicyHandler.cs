using Formae.Model;
using Formae.Plugins.AzureStorage.Transport;
using Formae.Sdk;

namespace Formae.Plugins.AzureStorage.Blobs;

/// <summary>
/// Policies by their names. A policy has no place for a mark, so what a create in doubt finds under its name, and just as it wanted it, is taken for its own.
/// </summary>
internal sealed class ContainerPolicyHandler(StorageConnections connections, ContainerAcls acls) : IResourceHandler<ContainerPolicy>, IListable<ContainerPolicy>, IFindExisting<ContainerPolicy>
{
    public async Task<CreateResult<ContainerPolicy>> CreateAsync(CreateRequest<ContainerPolicy> request, CancellationToken cancellationToken)
    {
        var blobs = connections.Open(StorageService.Blob, request);
        var desired = request.Desired;
        if (Check(desired) is { } wrong)
            return wrong;
        var refused = await acls.ChangeAsync(
            request,
            blobs,
            desired.Container,
            acl => acl.Find(desired.Name) is null ? acl.Add(desired.Name, Stored(desired)) : Problems.AlreadyExists($"{Subject(IdOf(desired))} exists already."),
            cancellationToken).ConfigureAwait(false);
        return refused is null ? new CreateResult<ContainerPolicy>.Success(IdOf(desired), desired with { Id = IdOf(desired) }) : refused;
    }

    public async Task<FindResult<ContainerPolicy>> FindExistingAsync(CreateRequest<ContainerPolicy> request, CancellationToken cancellationToken)
    {
        var blobs = connections.Open(StorageService.Blob, request);
        if (Check(request.Desired) is { } wrong)
            return wrong;
        var (found, problem) = await FindAsync(blobs, IdOf(request.Desired), request.Desired, cancellationToken).ConfigureAwait(false);
        return found is null ? problem! : new FindResult<ContainerPolicy>.Found(found.Id!, found);
    }

    public async Task<ReadResult<ContainerPolicy>> ReadAsync(ReadRequest<ContainerPolicy> request, CancellationToken cancellationToken)
    {
        var blobs = connections.Open(StorageService.Blob, request);
        var (found, problem) = await FindAsync(blobs, request.NativeId, request.Prior, cancellationToken).ConfigureAwait(false);
        return found is null ? problem! : new ReadResult<ContainerPolicy>.Success(found);
    }

    public async Task<UpdateResult<ContainerPolicy>> UpdateAsync(UpdateRequest<ContainerPolicy> request, CancellationToken cancellationToken)
    {
        var blobs = connections.Open(StorageService.Blob, request);
        var desired = request.Desired;
        if (Check(desired) is { } wrong)
            return wrong;
        var (container, name) = Split(request.NativeId);
        var refused = await acls.ChangeAsync(
            request,
            blobs,
            container,
            acl =>
            {
                if (acl.Find(name) is null)
                    return Problems.NotFound($"{Subject(request.NativeId)} does not exist.");
                acl.Replace(name, Stored(desired));
                return null;
            },
            cancellationToken).ConfigureAwait(false);
        return refused is null ? new UpdateResult<ContainerPolicy>.Success(desired with { Id = request.NativeId }) : refused;
    }

    public async Task<DeleteResult> DeleteAsync(DeleteRequest<ContainerPolicy> request, CancellationToken cancellationToken)
    {
        var blobs = connections.Open(StorageService.Blob, request);
        var (container, name) = Split(request.NativeId);

        // Looked at first: a policy that is gone with its container needs no lease.
        var (found, problem) = await FindAsync(blobs, request.NativeId, null, cancellationToken).ConfigureAwait(false);
        if (found is null)
            return problem!;
        return await acls.ChangeAsync(request, blobs, container, acl => acl.Remove(name) ? null : Problems.NotFound($"{Subject(request.NativeId)} does not exist."), cancellationToken).ConfigureAwait(false) is { } refused
            ? refused
            : new DeleteResult.Success();
    }

    public async Task<ListResult> ListAsync(ListRequest<ContainerPolicy> request, CancellationToken cancellationToken)
    {
        var blobs = connections.Open(StorageService.Blob, request);
        if (!request.Parameters.TryGetValue(nameof(ContainerPolicy.Container), out var container))
            return Problems.InvalidRequest("Policies are listed below a container: the parameter 'Container' is missing.");
        var (acl, problem) = await ContainerAcls.ReadAsync(blobs, container, cancellationToken).ConfigureAwait(false);
        if (acl is null)
            return problem!;

        // The service gives all of them at once; pages are those of whoever asks.
        var names = acl.PolicyNames.Order(StringComparer.Ordinal).Where(name => request.PageToken is null || string.CompareOrdinal(name, request.PageToken) > 0).ToList();
        var page = names.Take(request.PageSize).ToList();
        return new ListResult.Success([.. page.Select(name => $"{container}/{name}")], page.Count < names.Count ? page[^1] : null);
    }

    private static async Task<(ContainerPolicy? Found, Problem? Problem)> FindAsync(StorageClient blobs, string nativeId, ContainerPolicy? form, CancellationToken cancellation)
    {
        var (container, name) = Split(nativeId);
        var (acl, problem) = await ContainerAcls.ReadAsync(blobs, container, cancellation).ConfigureAwait(false);
        if (acl is null)
            return (null, problem);
        if (acl.Find(name) is not { } stored)
            return (null, Problems.NotFound($"{Subject(nativeId)} does not exist."));
        var written = form is null ? null : Stored(form);
        return (new ContainerPolicy
        {
            Container = container,
            Name = name,
            Start = AsWritten(StoredPolicy.Canonical(stored.Start), written?.Start, form?.Start),
            Expiry = AsWritten(StoredPolicy.Canonical(stored.Expiry), written?.Expiry, form?.Expiry),
            Permissions = AsWritten(StoredPolicy.Ordered(stored.Permissions), written?.Permissions, form?.Permissions),
            Id = nativeId,
        }, null);
    }

    /// <summary>A time and a set of letters can be written in many ways: where it is the same it stays as it was written.</summary>
    private static string? AsWritten(string? live, string? written, string? form) => live is not null && live == written ? form : live;

    private static StoredPolicy Stored(ContainerPolicy policy) => new(StoredPolicy.Canonical(policy.Start), StoredPolicy.Canonical(policy.Expiry), policy.Permissions is { Length: > 0 } letters ? StoredPolicy.Ordered(letters) : null);

    private static Problem? Check(ContainerPolicy policy)
    {
        if (Names.CheckContainer(policy.Container, nameof(ContainerPolicy.Container)) is { } wrong)
            return wrong;
        if (policy.Name.Length is 0 or > 64 || policy.Name.Contains('/') || policy.Name.Any(char.IsControl))
            return Problems.InvalidRequest($"'Name': '{policy.Name}' is no name of a policy: 1 to 64 characters, no slash among them.");
        foreach (var (property, time) in (ReadOnlySpan<(string, string?)>)[(nameof(policy.Start), policy.Start), (nameof(policy.Expiry), policy.Expiry)])
        {
            if (time is { Length: > 0 } && StoredPolicy.Canonical(time) is null)
                return Problems.InvalidRequest($"'{property}': '{time}' is no time; write it as 2026-01-01T00:00:00Z.");
        }

        if (string.IsNullOrEmpty(policy.Start) && string.IsNullOrEmpty(policy.Expiry) && string.IsNullOrEmpty(policy.Permissions))
            return Problems.InvalidRequest("'Permissions': a policy says at least one thing: Start, Expiry or Permissions.");
        return policy.Permissions is { } letters && letters.FirstOrDefault(letter => !StoredPolicy.Letters.Contains(letter)) is not '\0' and var unknown
            ? Problems.InvalidRequest($"'Permissions': '{unknown}' is no permission; the letters are {StoredPolicy.Letters}.")
            : null;
    }

    private static string IdOf(ContainerPolicy policy) => $"{policy.Container}/{policy.Name}";

    private static (string Container, string Name) Split(string nativeId)
    {
        var slash = nativeId.IndexOf('/');
        return slash < 0 ? (nativeId, "") : (nativeId[..slash], nativeId[(slash + 1)..]);
    }

    private static string Subject(string nativeId) => $"The policy '{nativeId}'";
}
