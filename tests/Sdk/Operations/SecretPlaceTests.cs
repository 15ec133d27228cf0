using System.Text;
using System.Text.Json;
using System.Web;
using Formae.Model;
using Formae.Protocol.Bus;
using Formae.Sdk.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Formae.Sdk.Tests.Operations;

/// <summary>Secrets in places that no schema marks, and in forms that others give them.</summary>
public sealed class SecretPlaceTests : IAsyncDisposable
{
    private const string Type = "AWS::SecretsManager::Secret";
    private const string Planted = "plant\"ed/Sécret+Unmistakable";

    private readonly CrateHandler _crates = new();
    private readonly PluginHarness _plugin;

    public SecretPlaceTests() => _plugin = PluginHarness.Start("AWS", plugin =>
    {
        plugin.Services.AddSingleton(_crates);
        plugin.AddResource<Crate, CrateHandler>();
    });

    public ValueTask DisposeAsync() => _plugin.DisposeAsync();

    [Fact]
    public async Task A_secret_among_the_elements_of_a_list_leaves_the_list_a_list()
    {
        var report = await RunAsync(Requests.Create(Type, new { Names = new object[] { "plain", Sealed(Planted) } }));

        var names = report.Properties!.Value.GetProperty("Names");
        Assert.Equal(2, names.GetArrayLength());
        Assert.All(names.EnumerateArray(), name => Assert.True(Envelope.IsSealed(name)));
        Assert.Equal(["plain", Planted], _crates.Last!.Names!);
    }

    [Fact]
    public async Task A_secret_under_a_name_with_a_dot_is_closed_in_the_report()
    {
        var report = await RunAsync(Requests.Create(Type, new { Map = new Dictionary<string, object> { ["a.b"] = Sealed(Planted), ["a"] = "plain" } }));

        Assert.True(Envelope.IsSealed(report.Properties!.Value.GetProperty("Map").GetProperty("a.b")));
        Assert.Equal("plain", report.Properties!.Value.GetProperty("Map").GetProperty("a").GetString());
    }

    [Fact]
    public async Task An_update_beside_a_secret_of_a_list_finds_no_drift()
    {
        _crates.Last = new Crate { Names = ["plain", Planted], Size = 1 };
        var stored = new { Names = new object[] { "plain", Hashed(Planted) }, Size = 1 };

        var report = await RunAsync(Requests.Update(Type, "crate", new { Names = new object[] { "plain", Sealed(Planted) }, Size = 2 }, stored));

        Assert.Equal(OperationStatus.Success, report.Status);
        Assert.Equal(2, _crates.Last.Size);
    }

    [Fact]
    public async Task F021_an_unchanged_secret_is_no_drift_and_one_that_others_changed_is()
    {
        var stored = new { SecretString = Hashed(Planted), Size = 1 };
        var desired = new { SecretString = Sealed(Planted), Size = 2 };

        // The read shows more than was declared, as clouds do.
        _crates.Last = new Crate { SecretString = Planted, Size = 1, Arn = "arn" };
        Assert.Equal(OperationStatus.Success, (await RunAsync(Requests.Update(Type, "crate", desired, stored))).Status);
        _crates.Last = new Crate { SecretString = "changed by others", Size = 1, Arn = "arn" };
        Assert.Equal(OperationStatus.Drifted, (await RunAsync(Requests.Update(Type, "crate", desired, stored))).Status);
    }

    [Fact]
    public async Task F022_secrets_that_are_to_stay_are_taken_from_the_cloud_wherever_they_stand()
    {
        _crates.Last = new Crate { Size = 1, SecretString = Planted, Names = ["plain", Planted], Map = new Dictionary<string, string> { ["a.b"] = Planted, ["open"] = "old" } };

        await RunAsync(Requests.Update(Type, "crate", """
            {"Size":2,"SecretString":{"$opaque":"preserved"},"Names":["new",{"$opaque":"preserved"}],"Map":{"a.b":{"$opaque":"preserved"},"open":"new"}}
            """));

        Assert.Equal((2, Planted, Planted), (_crates.Last.Size, _crates.Last.SecretString, _crates.Last.Map!["a.b"]));
        Assert.Equal(["new", Planted], _crates.Last.Names!);
        Assert.Equal("new", _crates.Last.Map["open"]);
    }

    [Fact]
    public async Task F024_a_known_secret_is_closed_although_the_record_does_not_mark_it()
    {
        var report = await RunAsync(Requests.Create(Type, new { SecretString = Sealed(Planted) }));

        Assert.True(Envelope.IsSealed(report.Properties!.Value.GetProperty("SecretString")));
        Assert.True(Assert.Single(_plugin.Operator.Types).Schema.Hints["SecretString"].Opaque);
        _crates.Last = new Crate { SecretString = Planted };
        var read = await RunAsync(Requests.Read(Type, "crate"));
        Assert.True(Envelope.IsSealed(read.Properties!.Value.GetProperty("SecretString")));
    }

    [Fact]
    public async Task A_part_of_a_secret_is_taken_out_where_the_secret_is_opened()
    {
        var whole = Sealed("""{"db":{"password":"plant\"ed/Sécret+Unmistakable","port":5432}}""");

        await RunAsync(Requests.Create(Type, new { SecretString = Part(whole, "db.password") }));
        Assert.Equal(Planted, _crates.Last!.SecretString);

        var wrong = await RunAsync(Requests.Create(Type, new { SecretString = Part(whole, "db") }));
        Assert.Equal(ProblemCodes.InvalidRequest, wrong.Problem!.Code);
        Assert.Contains("'SecretString'", wrong.Problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task F020_a_hash_reaches_no_handler_wherever_it_stands()
    {
        foreach (var properties in (object[])[new { SecretString = Hashed(Planted) }, new { Names = new[] { Hashed(Planted) } }, new { Map = new { a = Hashed(Planted) } }])
        {
            var created = await RunAsync(Requests.Create(Type, properties));
            Assert.Contains("a hashed value cannot be written", created.Problem!.Message, StringComparison.Ordinal);
            Assert.Contains("a hashed value cannot be written", (await RunAsync(Requests.Update(Type, "crate", properties))).Problem!.Message, StringComparison.Ordinal);
        }

        Assert.Null(_crates.Last);
    }

    [Fact]
    public async Task No_form_of_a_secret_leaves_in_a_message()
    {
        var bytes = Encoding.UTF8.GetBytes($"user:{Planted}");
        _crates.Fail = string.Join(" | ", Planted, JsonSerializer.Serialize(Planted), Uri.EscapeDataString(Planted), Convert.ToBase64String(bytes), Convert.ToHexString(bytes), HttpUtility.JavaScriptStringEncode("harmless"));

        var report = await RunAsync(Requests.Create(Type, new { SecretString = Sealed(Planted) }));

        Assert.EndsWith("harmless", report.Problem!.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Convert.ToBase64String(Encoding.UTF8.GetBytes(Planted))[4..12], report.Problem.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Convert.ToHexString(Encoding.UTF8.GetBytes(Planted)), report.Problem.Message, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(5, report.Problem.Message.Split("***").Length - 1);
    }

    private async Task<OperationReport> RunAsync(OperationRequest request)
    {
        var report = await _plugin.ExecuteAsync(request);
        var text = JsonSerializer.Serialize(report, BusJson.Default.OperationReport);

        // Four digits would be found in a time or in sealed text one day.
        Assert.DoesNotContain("Unmistakable", text, StringComparison.Ordinal);
        return report;
    }

    private static JsonElement Part(JsonElement secret, string expression) => JsonSerializer.SerializeToElement(new Dictionary<string, string>
    {
        ["$sealed"] = secret.GetProperty("$sealed").GetString()!,
        ["$digest"] = secret.GetProperty("$digest").GetString()!,
        ["$json"] = expression,
    });

    private static JsonElement Hashed(string secret) => JsonElement.Parse(
        $$"""{"$value":"{{SecretValues.Digest(JsonSerializer.SerializeToElement(secret))}}","$visibility":"Opaque","$hashed":true}""");

    private JsonElement Sealed(string secret) => _plugin.Seal.Seal(JsonSerializer.SerializeToElement(secret));

    /// <summary>It carries the name of a type that is known to hold a secret, and does not say that it does.</summary>
    [ResourceType("AWS::SecretsManager::Secret", Identifier = nameof(Arn))]
    public sealed record Crate
    {
        public string? SecretString { get; init; }

        public int? Size { get; init; }

        [OrderedList]
        public IReadOnlyList<string>? Names { get; init; }

        public IReadOnlyDictionary<string, string>? Map { get; init; }

        [ReadOnly]
        public string? Arn { get; init; }
    }

    private sealed class CrateHandler : IResourceHandler<Crate>
    {
        public Crate? Last { get; set; }

        public string? Fail { get; set; }

        public Task<CreateResult<Crate>> CreateAsync(CreateRequest<Crate> request, CancellationToken cancellationToken)
        {
            if (Fail is not null)
                return Task.FromResult<CreateResult<Crate>>(Problems.AccessDenied(Fail));
            Last = request.Desired;
            return Task.FromResult<CreateResult<Crate>>(new CreateResult<Crate>.Success("crate", Last));
        }

        public Task<ReadResult<Crate>> ReadAsync(ReadRequest<Crate> request, CancellationToken cancellationToken) => Task.FromResult<ReadResult<Crate>>(new ReadResult<Crate>.Success(Last!));

        public Task<UpdateResult<Crate>> UpdateAsync(UpdateRequest<Crate> request, CancellationToken cancellationToken)
        {
            Last = request.Desired;
            return Task.FromResult<UpdateResult<Crate>>(new UpdateResult<Crate>.Success(Last));
        }

        public Task<DeleteResult> DeleteAsync(DeleteRequest<Crate> request, CancellationToken cancellationToken) => Task.FromResult<DeleteResult>(new DeleteResult.Success());
    }
}
