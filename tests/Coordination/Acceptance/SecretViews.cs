using Azure.Messaging.ServiceBus;
using Formae.Coordination.Storage;
using Formae.Coordination.Tests.Cluster;
using Formae.Coordination.Tests.Messages;
using Formae.Coordinator.Http.Description;
using Formae.Messaging;
using Formae.Protocol.Http;

namespace Formae.Coordination.Tests.Acceptance;

/// <summary>Asks the HTTP API everything that it can be asked, and tells the answers to the hunt. A new endpoint is asked by itself.</summary>
internal sealed class SecretViews(ControlPlane plane, SecretHunt hunt)
{
    private static readonly Dictionary<string, string[]> Queries = new(StringComparer.Ordinal)
    {
        ["/api/v1/commands/status"] = ["?scope=agent", "?query=stack:safe", "?query=status:failed", "?query=command:apply%20-id:none", "?query=client:me&max_results=1"],
        ["/api/v1/resources"] = ["?query=stack:safe", "?query=label:vault*", "?query=target:eu&max_results=1"],
        ["/api/v1/resources/summary"] = ["?query=stack:safe"],
        ["/api/v1/resources/by-ksuid/{ksuid}/versions"] = ["?max_results=1"],
        ["/api/v1/stacks/{stack}/history"] = ["?label=vault", "?max_results=1"],
        ["/api/v1/targets"] = ["?query=label:closed*", "?query=namespace:FakeAWS"],
    };

    private readonly HttpCaller _http = new(plane) { Client = "test" };
    private readonly HashSet<string> _resources = new(StringComparer.Ordinal);
    private readonly HashSet<string> _commands = new(StringComparer.Ordinal);
    private readonly HashSet<string> _dead = new(StringComparer.Ordinal);
    private readonly HashSet<string> _answered = new(StringComparer.Ordinal);

    private static IEnumerable<HttpFunction> Readings => HttpApi.Functions.Values.Where(function => function.Verbs.Contains("get"));

    /// <summary>The endpoints that have not answered anything yet.</summary>
    public IEnumerable<string> Silent => Readings.Select(function => function.Path).Except(_answered).Order();

    public void Know(string commandId) => _commands.Add(commandId);

    public async Task LookAsync()
    {
        foreach (var resource in await plane.Get<ResourceStore>().ReadAllAsync(CancellationToken.None))
            _resources.Add(resource.Ksuid!);
        await DieAsync();
        foreach (var function in Readings)
        {
            foreach (var path in PathsOf(function.Path))
            {
                foreach (var query in Queries.GetValueOrDefault(function.Path, []).Prepend(""))
                    await AskAsync(function.Path, path + query);
            }
        }
    }

    /// <summary>Asks for something to be done.</summary>
    public async Task<HttpAnswer> PostAsync(string path, params (string Name, string Value)[] fields)
    {
        var answer = await (fields.Length == 0 ? _http.PostAsync(path) : _http.PostAsync(path, fields));
        Tell($"the answer to {path.Split('?')[0]} {fields.FirstOrDefault().Value}", answer);
        return answer;
    }

    /// <summary>Lets the last request that a plugin was sent, secrets and all, end among the dead letters too: somebody copied it to where it does not belong.</summary>
    private async Task DieAsync()
    {
        if (_dead.Count > 0 || plane.Sent.LastOrDefault() is not { } request)
            return;
        var copied = await plane.Get<MessageWriter>().WriteAsync(BusTap.Outgoing(request) with { Queue = "another-queue" }, CancellationToken.None);
        await BusTap.SendAsync(plane, ControlPlane.RequestQueue, copied);
        await ControlPlane.UntilAsync("a dead letter", () => Task.FromResult(plane.CountsOf(ControlPlane.RequestQueue).DeadLetter > 0));
        await using var dead = plane.Bus.CreateReceiver(ControlPlane.RequestQueue, new ServiceBusReceiverOptions { SubQueue = SubQueue.DeadLetter });
        foreach (var letter in await dead.PeekMessagesAsync(10))
            _dead.Add(letter.SequenceNumber.ToString(System.Globalization.CultureInfo.InvariantCulture));
    }

    private async Task AskAsync(string endpoint, string path)
    {
        var answer = await _http.GetAsync(path);
        Assert.True(answer.Status is 200 or 404, $"{path}: {answer.Status} {answer.Text}");
        Tell(path, answer);
        if (answer.Status == 200)
            _answered.Add(endpoint);
    }

    private void Tell(string where, HttpAnswer answer) => hunt.Tell(where, $"{string.Join('\n', answer.Headers.Select(header => $"{header.Key}: {header.Value}"))}\n{answer.Text}");

    private IEnumerable<string> PathsOf(string path) => path switch
    {
        _ when path.Contains("{ksuid}", StringComparison.Ordinal) => _resources.Select(ksuid => path.Replace("{ksuid}", ksuid, StringComparison.Ordinal)),
        _ when path.Contains("{id}", StringComparison.Ordinal) => _commands.Select(id => path.Replace("{id}", id, StringComparison.Ordinal)),
        _ when path.Contains("{stack}", StringComparison.Ordinal) => [path.Replace("{stack}", "safe", StringComparison.Ordinal)],
        _ when path.Contains("{sequence}", StringComparison.Ordinal) => _dead.Select(sequence => path.Replace("{queue}", ControlPlane.RequestQueue, StringComparison.Ordinal).Replace("{sequence}", sequence, StringComparison.Ordinal)),
        "/api/v1/plugins/{name}" => [path.Replace("{name}", "FakeAWS", StringComparison.Ordinal)],
        "/api/v1/schemas/{name}" => ["/api/v1/schemas/forma.json", "/api/v1/schemas/formae.pkl", "/api/v1/schemas/FakeAWS.pkl"],
        _ when path.Contains('{', StringComparison.Ordinal) => throw new InvalidOperationException($"What {path} is to be asked with is not known here."),
        _ => [path],
    };
}
