using System.Text.Json;
using Azure;
using Azure.Data.Tables;
using Formae.Coordination.Catalog;
using Formae.Coordination.Storage;
using Formae.Coordination.Tests.Cluster;
using Formae.Embedded.Tables;
using Formae.Messaging.Payloads;
using Formae.Model;

namespace Formae.Coordination.Tests.Storage;

/// <summary>
/// Several creates under one name: of commands that gave up, were canceled, or had their message delivered twice. Each has made an object, and what was stored of it
/// once stays stored, whichever write comes first, ends half way, is refused or comes between the requests of another.
/// </summary>
public sealed class OneNameTests : IAsyncLifetime
{
    private const string Type = "Test::A::B";

    private readonly CancellationToken _cancellation = TestContext.Current.CancellationToken;
    private readonly KsuidSource _ksuids = new(TimeProvider.System);
    private readonly TempFolder _folder = new();
    private readonly Disturbance _disturbed;
    private readonly FormaeTables _tables;
    private readonly ResourceStore _resources;

    public OneNameTests()
    {
        _disturbed = new Disturbance(new SqliteTableTransport(new Uri(_folder.File("tables.db"))));
        _tables = new FormaeTables(new TableServiceClient(_disturbed), new FolderPayloads(_folder.File("payloads")));
        _resources = new ResourceStore(_tables, new PluginCatalog(_tables, TimeProvider.System), _ksuids);
    }

    /// <summary>How what a create has made is written.</summary>
    public enum As
    {
        Result,
        Late,
        Abandoned,
        Second,
    }

    public async ValueTask InitializeAsync() => await _tables.CreateAsync(_cancellation);

    public async ValueTask DisposeAsync()
    {
        await EmbeddedTables.CloseAsync(_folder.File("tables.db"));
        _folder.Dispose();
    }

    [Fact]
    public async Task What_was_stored_once_stays_stored_however_its_writes_are_refused_and_mixed()
    {
        for (var seed = 1; seed <= 80; seed++)
        {
            var chance = new Random(seed);
            var writes = new List<Write>();
            for (var create = 0; create < 3; create++)
            {
                var resource = New($"s{seed}", $"native-{seed}-{create}");
                writes.Insert(chance.Next(writes.Count + 1), new Write((As)chance.Next(3), resource, $"c{seed}-{create}"));
                if (chance.Next(3) == 0)
                    writes.Add(new Write(As.Second, resource with { NativeId = $"native-{seed}-{create}-twice" }, $"c{seed}-{create}"));
            }

            var open = writes.ToList();
            while (open.Count > 0)
            {
                // Whoever is refused comes again later, when others may have written. A second object is heard of after the first.
                var write = open[chance.Next(open.Count)];
                if (write.As == As.Second && open.Exists(other => other != write && other.Resource.Ksuid == write.Resource.Ksuid))
                    continue;
                var status = chance.Next(3) == 0 ? 0 : ((int[])[403, 409, 412, 503])[chance.Next(4)];
                if (await _disturbed.RefuseAsync(chance.Next(1, 14), status, isLost: chance.Next(2) == 0, () => WriteAsync(write)))
                    open.Remove(write);
            }

            await AllAreKnownAsync($"seed {seed}: {string.Join(", ", writes)}", writes);
        }
    }

    [Theory]
    [InlineData(As.Result, As.Late)]
    [InlineData(As.Late, As.Result)]
    [InlineData(As.Late, As.Late)]
    [InlineData(As.Abandoned, As.Abandoned)]
    [InlineData(As.Result, As.Result)]
    public async Task A_write_that_comes_between_the_requests_of_another_takes_nothing_from_it(As one, As other)
    {
        for (var at = 1; ; at++)
        {
            var (first, second) = (new Write(one, New($"b{at}", $"native-{at}-1"), "c1"), new Write(other, New($"b{at}", $"native-{at}-2"), "c2"));

            // Refused by what the other has written, it begins again, as its entity does.
            var wasBetween = false;
            if (!await _disturbed.BetweenAsync(at, async () => wasBetween = await TryAsync(second), () => WriteAsync(first)))
                await WriteAsync(first);
            if (!_disturbed.Happened)
                break;
            if (!wasBetween)
                await WriteAsync(second);
            await AllAreKnownAsync($"{other} between {one} at request {at}", [first, second]);
        }
    }

    [Fact]
    public async Task The_result_of_a_command_has_the_name_and_the_late_success_of_another_is_unmanaged()
    {
        var (late, result) = (New("named", "native-late"), New("named", "native-result"));
        await _resources.PutLateAsync(late, "c1", _cancellation);

        await _resources.PutAsync(result, null, "create", "c2", _cancellation);
        await _resources.PutLateAsync(late, "c1", _cancellation);

        Assert.Equal((result.Ksuid, true), await _resources.FindAsync(result.Key, _cancellation) is { } live ? (live.Ksuid, live.Managed) : default);
        var kept = (await _resources.FindAsync(late.Ksuid!, _cancellation))!.Value.Resource;
        Assert.Equal((Stack.Unmanaged, "vpc", false, "native-late"), (kept.Stack, kept.Label, kept.Managed, kept.NativeId));
    }

    [Fact]
    public async Task The_same_object_under_a_second_identity_is_there_once()
    {
        var (late, result) = (New("same", "native-same"), New("same", "native-same"));
        await _resources.PutLateAsync(late, "c1", _cancellation);

        await _resources.PutAsync(result, null, "create", "c2", _cancellation);
        await _resources.PutLateAsync(late, "c1", _cancellation);

        Assert.Equal(result.Ksuid, Assert.Single(await _resources.ReadTargetAsync(result.Target, _cancellation)).Ksuid);
        Assert.Equal(result.Ksuid, (await _resources.FindByNativeIdAsync(Type, result.Target, "native-same", _cancellation))!.Ksuid);
    }

    [Fact]
    public async Task Two_that_change_their_names_with_one_another_make_way_for_nobody()
    {
        var (a, b) = (New("swap", "native-a"), New("swap", "native-b") with { Label = "b" });
        await _resources.PutAsync(a, null, "create", "c1", _cancellation);
        await _resources.PutAsync(b, null, "create", "c1", _cancellation);
        foreach (var resource in (Resource[])[a, b])
            await _tables.Updates.AddEntityAsync(new TableEntity("c2", resource.Ksuid) { ["Ksuid"] = resource.Ksuid }, _cancellation);

        await _resources.PutAsync(a with { Label = b.Label }, a, "update", "c2", _cancellation);
        await _resources.PutAsync(b with { Label = a.Label }, b, "update", "c2", _cancellation);

        Assert.Equal([(a.Ksuid, "b"), (b.Ksuid, "vpc")], (await _resources.ReadStackAsync("swap", _cancellation)).Select(resource => (resource.Ksuid, resource.Label)).OrderBy(pair => pair.Label));
        Assert.Equal(2, (await _resources.ReadTargetAsync(a.Target, _cancellation)).Count);
    }

    private async Task AllAreKnownAsync(string what, IReadOnlyList<Write> writes)
    {
        var target = writes[0].Resource.Target;
        var known = (await _resources.ReadAllAsync(_cancellation)).Where(resource => resource.Target == target).ToList();
        Assert.True(
            writes.Select(write => write.Resource.NativeId).Order(StringComparer.Ordinal).SequenceEqual(known.Select(resource => resource.NativeId).Order(StringComparer.Ordinal)),
            $"{what}: the inventory has {string.Join(", ", known.Select(resource => $"{resource.Stack}/{resource.Label}={resource.NativeId}"))}");
        Assert.True(known.Select(resource => resource.Ksuid).Distinct(StringComparer.Ordinal).Count() == known.Count, $"{what}: an identity is there twice.");
        Assert.True((await _resources.ReadTargetAsync(target, _cancellation)).Count == known.Count, $"{what}: not all are found by their target.");
        foreach (var resource in known)
        {
            Assert.True((await _resources.FindAsync(resource.Ksuid!, _cancellation))?.Resource.Key == resource.Key, $"{what}: {resource.Key} is not found by its KSUID.");
            Assert.True((await _resources.FindByNativeIdAsync(Type, target, resource.NativeId!, _cancellation))?.Ksuid == resource.Ksuid, $"{what}: {resource.Key} is not found by its native id.");
        }
    }

    private Task WriteAsync(Write write) => write.As switch
    {
        As.Result => _resources.PutAsync(write.Resource, null, "create", write.CommandId, _cancellation),
        As.Late => _resources.PutLateAsync(write.Resource, write.CommandId, _cancellation),
        As.Abandoned => _resources.PutAbandonedAsync(write.Resource, write.CommandId, _cancellation),
        _ => _resources.PutSecondAsync(write.Resource, write.CommandId, _cancellation),
    };

    private async Task<bool> TryAsync(Write write)
    {
        try
        {
            await WriteAsync(write);
            return true;
        }
        catch (RequestFailedException refused) when (refused.Status is 409 or 412)
        {
            return false;
        }
    }

    private Resource New(string stack, string nativeId) => new()
    {
        Ksuid = _ksuids.Next(),
        Stack = stack,
        Type = Type,
        Label = "vpc",
        Target = $"t-{stack}",
        NativeId = nativeId,
        Managed = true,
        Properties = JsonElement.Parse("""{"Name":"x"}"""),
    };

    private sealed record Write(As As, Resource Resource, string CommandId)
    {
        public override string ToString() => $"{As} {Resource.NativeId}";
    }

    /// <summary>Tables that do something else at one of the requests of a write.</summary>
    private sealed class Disturbance(ITableTransport inner) : DelegatingTransport(inner)
    {
        private readonly AsyncLocal<bool> _isCounted = new();
        private int _at;
        private int _count;
        private int _status;
        private bool _isLost;
        private Func<Task>? _between;

        public bool Happened { get; private set; }

        /// <summary>Refuses a request, or loses the answer to it. False: it, or another write, was in the way.</summary>
        public Task<bool> RefuseAsync(int at, int status, bool isLost, Func<Task> write)
        {
            (_status, _isLost) = (status, isLost);
            return RunAsync(status == 0 ? 0 : at, null, write);
        }

        /// <summary>Lets something happen before a request.</summary>
        public Task<bool> BetweenAsync(int at, Func<Task> between, Func<Task> write) => RunAsync(at, between, write);

        protected override async Task<T> AroundAsync<T>(string table, bool isWrite, Func<Task<T>> request)
        {
            if (!_isCounted.Value || Interlocked.Increment(ref _count) != _at)
                return await request();
            Happened = true;
            if (_between is { } between)
            {
                _isCounted.Value = false;
                await between();
                return await request();
            }

            if (_isLost)
                await request();
            throw new RequestFailedException(_status, "Not now.");
        }

        private async Task<bool> RunAsync(int at, Func<Task>? between, Func<Task> write)
        {
            (_at, _between, _count, Happened) = (at, between, 0, false);
            _isCounted.Value = true;
            try
            {
                await write();
                return true;
            }
            catch (RequestFailedException refused) when (refused.Status is 403 or 409 or 412 or 503)
            {
                return false;
            }
            finally
            {
                _isCounted.Value = false;
            }
        }
    }
}
