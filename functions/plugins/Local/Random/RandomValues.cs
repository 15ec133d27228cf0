using System.Security.Cryptography;
using Formae.Model;
using Formae.Sdk;

namespace Formae.Plugins.Local;

[ResourceType("Local::Random::Id", Identifier = nameof(Id))]
[Description("A random text, made once and kept.")]
public sealed record RandomId
{
    [CreateOnly, ProviderDefault, Description("Characters, 1 to 256; default 8.")]
    public int? Length { get; init; }

    [CreateOnly, ProviderDefault, Description("What it is made of: at least two different characters; default lower-case letters and digits.")]
    public string? Charset { get; init; }

    [CreateOnly, Description("Stands before the random characters.")]
    public string? Prefix { get; init; }

    [CreateOnly, Description("Anything: when it changes, a new value is made.")]
    public IReadOnlyDictionary<string, string>? Keepers { get; init; }

    [ReadOnly]
    public string? Id { get; init; }

    [ReadOnly]
    public string? Value { get; init; }
}

[ResourceType("Local::Random::Password", Identifier = nameof(Id))]
[Description("A random secret, made once and kept where only the plugin's user can read it.")]
public sealed record RandomPassword
{
    [CreateOnly, ProviderDefault, Description("Characters, 8 to 256; default 24.")]
    public int? Length { get; init; }

    [CreateOnly, ProviderDefault, Description("What it is made of: at least ten different characters; default letters, digits and some marks.")]
    public string? Charset { get; init; }

    [CreateOnly, Description("Anything: when it changes, a new value is made.")]
    public IReadOnlyDictionary<string, string>? Keepers { get; init; }

    [ReadOnly]
    public string? Id { get; init; }

    [ReadOnly, Opaque]
    public string? Value { get; init; }
}

internal sealed class RandomIdHandler : RandomHandler<RandomId>
{
    protected override OwnRecords<RandomId> Records(LocalRoot root) => new(root, "ids", LocalJson.Default.RandomId);

    protected override string Prefix => "random-id";

    protected override Problem? Make(RandomId desired, string id, out RandomId made)
    {
        made = desired with { Length = desired.Length ?? 8, Charset = desired.Charset ?? "abcdefghijklmnopqrstuvwxyz0123456789", Id = id };
        if (Check(made.Length.Value, 1, made.Charset, 2) is { } wrong)
            return wrong;
        made = made with { Value = made.Prefix + RandomNumberGenerator.GetString(made.Charset, made.Length.Value) };
        return null;
    }
}

internal sealed class RandomPasswordHandler : RandomHandler<RandomPassword>
{
    protected override OwnRecords<RandomPassword> Records(LocalRoot root) => new(root, "passwords", LocalJson.Default.RandomPassword);

    protected override string Prefix => "random-password";

    protected override Problem? Make(RandomPassword desired, string id, out RandomPassword made)
    {
        made = desired with
        {
            Length = desired.Length ?? 24,
            Charset = desired.Charset ?? "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789-_.!",
            Id = id,
        };
        if (Check(made.Length.Value, 8, made.Charset, 10) is { } wrong)
            return wrong;
        made = made with { Value = RandomNumberGenerator.GetString(made.Charset, made.Length.Value) };
        return null;
    }
}

/// <summary>Values that are made once: nothing of them can be changed, only made anew.</summary>
internal abstract class RandomHandler<T> : IResourceHandler<T>
    where T : class
{
    protected abstract string Prefix { get; }

    public Task<CreateResult<T>> CreateAsync(CreateRequest<T> request, CancellationToken cancellationToken)
    {
        var records = Records(LocalRoot.Open(request));
        var id = OwnRecords<T>.IdOf(Prefix, request.OperationId);
        if (records.Find(id) is { } made)
            return Task.FromResult<CreateResult<T>>(new CreateResult<T>.Success(id, made));
        var problem = Make(request.Desired, id, out made) ?? records.Put(id, made);
        return Task.FromResult<CreateResult<T>>(problem is null ? new CreateResult<T>.Success(id, made) : problem);
    }

    public Task<ReadResult<T>> ReadAsync(ReadRequest<T> request, CancellationToken cancellationToken) =>
        Task.FromResult<ReadResult<T>>(Records(LocalRoot.Open(request)).Find(request.NativeId) is { } found ? new ReadResult<T>.Success(found) : Gone(request.NativeId));

    public Task<UpdateResult<T>> UpdateAsync(UpdateRequest<T> request, CancellationToken cancellationToken) =>
        Task.FromResult<UpdateResult<T>>(Records(LocalRoot.Open(request)).Find(request.NativeId) is { } found ? new UpdateResult<T>.Success(found) : Gone(request.NativeId));

    public Task<DeleteResult> DeleteAsync(DeleteRequest<T> request, CancellationToken cancellationToken) =>
        Task.FromResult<DeleteResult>(Records(LocalRoot.Open(request)).Remove(request.NativeId) ? new DeleteResult.Success() : Gone(request.NativeId));

    protected abstract OwnRecords<T> Records(LocalRoot root);

    protected abstract Problem? Make(T desired, string id, out T made);

    protected static Problem? Check(int length, int shortest, string charset, int fewest)
    {
        if (length < shortest || length > 256)
            return Problems.InvalidRequest($"'Length' is {length}; it may be {shortest} to 256.");
        return charset.Distinct().Count() < fewest ? Problems.InvalidRequest($"'Charset' must hold at least {fewest} different characters.") : null;
    }

    private static Problem Gone(string id) => Problems.NotFound($"The random value '{id}' does not exist.");
}
