using System.Net;
using System.Net.Sockets;
using Azure.Data.Tables;

namespace Formae.Coordination.Tests.Acceptance;

/// <summary>Storage that cannot be reached tells so in its client's own ways, which differ from those of a refusal.</summary>
public sealed class UnreachableStorageTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public async Task Where_nobody_listens_somebody_may_later(int retries)
    {
        using var taken = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));

        var failure = await FailureAsync(((IPEndPoint)taken.LocalEndPoint!).Port, retries);

        Assert.True(failure.IsPassing(), failure.ToString());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public async Task Who_does_not_answer_in_time_may_later(int retries)
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();

        var failure = await FailureAsync(((IPEndPoint)silent.LocalEndpoint).Port, retries);

        Assert.True(failure.IsPassing(), failure.ToString());
    }

    [Fact]
    public async Task A_request_that_was_called_off_does_not_come_again()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        using var end = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));

        var failure = await FailureAsync(((IPEndPoint)silent.LocalEndpoint).Port, retries: 2, TimeSpan.FromMinutes(1), end.Token);

        Assert.False(failure.IsPassing(), failure.ToString());
    }

    [Theory]
    [InlineData("Unknown", true)]
    [InlineData("Unavailable", true)]
    [InlineData("Internal", true)]
    [InlineData("NotFound", false)]
    [InlineData("FailedPrecondition", false)]
    [InlineData("InvalidArgument", false)]
    public void What_the_host_of_Azure_Functions_does_not_get_through_to_its_task_hub_may_go_through_later(string status, bool isPassing) =>
        Assert.Equal(isPassing, new Grpc.Core.RpcException(status).IsPassing());

    private static Task<Exception> FailureAsync(int port, int retries, TimeSpan? timeout = null, CancellationToken cancellation = default)
    {
        var options = new TableClientOptions { Retry = { MaxRetries = retries, Delay = TimeSpan.Zero, MaxDelay = TimeSpan.Zero, NetworkTimeout = timeout ?? TimeSpan.FromMilliseconds(200) } };
        var table = new TableServiceClient($"AccountName=a;AccountKey=a2V5;TableEndpoint=http://127.0.0.1:{port}/a", options).GetTableClient("Things");
        return Assert.ThrowsAnyAsync<Exception>(() => table.GetEntityAsync<TableEntity>("p", "r", cancellationToken: cancellation));
    }
}
