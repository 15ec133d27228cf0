using System.Text.Json;
using Formae.Protocol.Bus;
using Formae.Sdk.Testing;

namespace Formae.Messaging.Tests;

/// <summary>What signing costs, in time of the processor. Run with <c>-explicit on -showLiveOutput</c>.</summary>
public sealed class CostTests(ITestOutputHelper output)
{
    [Theory(Explicit = true)]
    [InlineData(500)]
    [InlineData(5_000)]
    [InlineData(150_000)]
    public async Task Cost_of_writing_and_reading_a_message(int bytes)
    {
        const int Count = 20_000;
        using var folder = new Folder();
        using var signed = new End(folder.Path, SignatureTests.Key("one", 1), new FakeTimeProvider());
        using var unsigned = new End(folder.Path, "ServiceBus", "UseDevelopmentEmulator=true", new FakeTimeProvider());
        var body = JsonSerializer.SerializeToUtf8Bytes(Requests.Create("Test::Box::Box", JsonSerializer.SerializeToElement(new { Name = new string('x', bytes) })), BusJson.Default.OperationRequest);
        var with = await MeasureAsync(signed, body, Count);
        var without = await MeasureAsync(unsigned, body, Count);
        output.WriteLine($"{body.Length:N0} bytes: {with:0.0} us signed, {without:0.0} us unsigned, {with - without:0.0} us for signing and verifying");
    }

    private static async Task<double> MeasureAsync(End end, byte[] body, int count)
    {
        var best = double.MaxValue;
        for (var run = 0; run < 4; run++)
        {
            var before = Environment.CpuUsage.TotalTime;
            for (var i = 0; i < count / 4; i++)
                Assert.IsType<Reading<OperationRequest>.Accepted>(await end.ReadAsync(await end.WriteAsync(body)));
            best = Math.Min(best, (Environment.CpuUsage.TotalTime - before).TotalMicroseconds / (count / 4));
        }

        return best;
    }
}
