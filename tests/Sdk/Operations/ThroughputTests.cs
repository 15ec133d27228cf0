using System.Diagnostics;
using Formae.Protocol.Bus;
using Formae.Sdk.Testing;

namespace Formae.Sdk.Tests.Operations;

/// <summary>Numbers, on demand: <c>dotnet run --project tests/Sdk -- -explicit only -class Formae.Sdk.Tests.Operations.ThroughputTests</c>.</summary>
public sealed class ThroughputTests(ITestOutputHelper output)
{
    private const int Count = 50_000;

    [Theory(Explicit = true)]
    [InlineData("FakeAWS::Generic::Resource", """{"Name":"g","Value":"a","SetTags":["x","y"],"OrderedItems":["1","2"]}""")]
    [InlineData("FakeAWS::SecretsManager::Secret", """{"Name":"g","SecretString":"hunter2"}""")]
    public async Task The_operator_and_the_pretended_cloud_are_fast(string type, string properties)
    {
        using var scratch = new Scratch();
        await using var plugin = scratch.FakeAws();
        await plugin.ExecuteAsync(Requests.Create(type, properties));
        var ids = new string[Count];
        await MeasureAsync("create", async i => ids[i] = (await plugin.ExecuteAsync(Requests.Create(type, properties))).NativeId!);
        await MeasureAsync("read", i => plugin.ExecuteAsync(Requests.Read(type, ids[i], properties)));
        await MeasureAsync("update with a look before", i => plugin.ExecuteAsync(Requests.Update(type, ids[i], properties, properties)));
        await MeasureAsync("delete", i => plugin.ExecuteAsync(Requests.Delete(type, ids[i])));
    }

    private async Task MeasureAsync(string name, Func<int, Task> act)
    {
        var watch = Stopwatch.StartNew();
        for (var i = 0; i < Count; i++)
            await act(i);
        output.WriteLine($"{name}: {Count / watch.Elapsed.TotalSeconds:N0} operations/s on one thread");
    }
}
