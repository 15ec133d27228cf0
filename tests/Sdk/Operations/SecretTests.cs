using System.Text.Json;
using Formae.Model;
using Formae.Protocol.Bus;
using Formae.Sdk.Testing;

namespace Formae.Sdk.Tests.Operations;

public sealed class SecretTests : IAsyncDisposable
{
    private const string Type = "Test::Box::Box";
    private const string Planted = "planted-secret-4711";

    private readonly BoxHandler _boxes = new();
    private readonly PluginHarness _plugin;

    public SecretTests() => _plugin = _boxes.Start();

    public ValueTask DisposeAsync() => _plugin.DisposeAsync();

    [Fact]
    public async Task A_sealed_secret_is_open_for_the_handler_and_closed_in_the_report()
    {
        string? seen = null;
        _boxes.Create = (request, _) =>
        {
            seen = request.Desired.Secret;
            return Task.FromResult<CreateResult<Box>>(new CreateResult<Box>.Success("box-1", request.Desired));
        };
        var report = await RunAsync(Requests.Create(Type, new { Name = "a", Secret = Sealed(Planted) }));
        Assert.Equal(Planted, seen);
        var secret = report.Properties!.Value.GetProperty("Secret");
        Assert.Equal(SecretValues.Digest(JsonSerializer.SerializeToElement(Planted)), secret.GetProperty(Envelope.Digest).GetString());
        Assert.Equal(Planted, _plugin.Seal.Open(secret).GetString());
    }

    [Fact]
    public async Task A_secret_below_the_top_is_sealed_too()
    {
        var report = await RunAsync(Requests.Create(Type, new { Name = "a", Part = new { Id = "p", Key = Sealed(Planted) } }));
        Assert.True(Envelope.IsSealed(report.Properties!.Value.GetProperty("Part").GetProperty("Key")));
    }

    [Fact]
    public async Task A_value_that_came_as_a_secret_is_one_whatever_the_schema_says()
    {
        var created = await RunAsync(Requests.Create(Type, new { Name = "a", Part = new { Id = Sealed(Planted) } }));
        Assert.True(Envelope.IsSealed(created.Properties!.Value.GetProperty("Part").GetProperty("Id")));

        _boxes.Read = (_, _) => Task.FromResult<ReadResult<Box>>(new ReadResult<Box>.Success(new Box { Name = "a", Part = new BoxPart { Id = Planted } }));
        var read = await RunAsync(Requests.Read(Type, "box-1", """{"Name":"a","Part":{"Id":{"$opaque":"redacted"}}}"""));
        Assert.True(Envelope.IsSealed(read.Properties!.Value.GetProperty("Part").GetProperty("Id")));
    }

    [Fact]
    public async Task An_exception_does_not_carry_a_secret_out()
    {
        _boxes.Create = (request, _) => throw new InvalidOperationException($"cannot log in with {request.Desired.Secret}");
        var report = await RunAsync(Requests.Create(Type, new { Name = "a", Secret = Sealed(Planted) }));
        Assert.Equal("InvalidOperationException: cannot log in with ***", report.Problem!.Message);
    }

    [Fact]
    public async Task A_secret_of_the_target_is_open_for_the_handler_and_in_no_message()
    {
        _boxes.Create = (request, _) => Task.FromResult<CreateResult<Box>>(Problems.AccessDenied($"{request.Target<BoxTarget>().Region} is wrong"));
        var report = await RunAsync(Requests.Create(Type, """{"Name":"a"}""") with { TargetConfig = Requests.Json(new { Region = Sealed(Planted) }) });
        Assert.Equal("*** is wrong", report.Problem!.Message);
    }

    [Theory]
    [InlineData("""{"Name":"a","Secret":{"$value":"abc","$visibility":"Opaque","$hashed":true}}""", "hashed value")]
    [InlineData("""{"Name":{"$ref":"formae://k#/Name","$visibility":"Clear"}}""", "not resolved")]
    [InlineData("""{"Name":"a","Secret":{"$sealed":"nonsense","$digest":"x"}}""", "seal does not open")]
    public async Task What_no_handler_may_see_is_refused(string properties, string expected)
    {
        var report = await RunAsync(Requests.Create(Type, properties));
        Assert.Equal(ProblemCodes.InvalidRequest, report.Problem!.Code);
        Assert.Contains(expected, report.Problem.Message);
    }

    [Fact]
    public async Task A_preserved_secret_is_taken_from_what_the_cloud_holds()
    {
        _boxes.Read = (_, _) => Task.FromResult<ReadResult<Box>>(new ReadResult<Box>.Success(new Box { Name = "a", Secret = Planted }));
        string? seen = null;
        _boxes.Update = (request, _) =>
        {
            seen = request.Desired.Secret;
            return Task.FromResult<UpdateResult<Box>>(Problems.AccessDenied($"no: {seen}"));
        };
        var report = await RunAsync(Requests.Update(Type, "box-1", """{"Name":"a","Size":2,"Secret":{"$opaque":"preserved"}}"""));
        Assert.Equal(Planted, seen);
        Assert.Equal("no: ***", report.Problem!.Message);
    }

    private async Task<OperationReport> RunAsync(OperationRequest request)
    {
        var report = await _plugin.ExecuteAsync(request);
        Assert.DoesNotContain(Planted, JsonSerializer.Serialize(report, BusJson.Default.OperationReport));
        return report;
    }

    private JsonElement Sealed(string secret) => _plugin.Seal.Seal(JsonSerializer.SerializeToElement(secret));
}
