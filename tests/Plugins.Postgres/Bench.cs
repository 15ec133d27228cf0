using System.Text.Json;
using System.Text.Json.Nodes;
using Formae.Model;
using Formae.Protocol.Bus;
using Formae.Sdk.Testing;
using Formae.Servers;
using Npgsql;

namespace Formae.Plugins.Postgres.Tests;

/// <summary>The plugin in process on the tests' server, and the server itself, as somebody else sees it.</summary>
internal sealed class Bench : IAsyncDisposable
{
    private readonly PostgresServer _server;

    public Bench(PostgresServer server, object? target = null)
    {
        _server = server;
        Harness = PluginHarness.Start("Postgres", PostgresPlugin.Define);
        Harness.TargetConfig = JsonSerializer.SerializeToElement(target ?? new { server.Host, server.Port, server.Username, server.Password });
    }

    public PluginHarness Harness { get; }

    /// <summary>A name that no other test has.</summary>
    public static string Unique(string prefix) => $"{prefix}-{Guid.NewGuid():N}"[..(prefix.Length + 9)];

    public string ConnectionString(string database, string? user = null, string? password = null) => new NpgsqlConnectionStringBuilder
    {
        Host = _server.Host,
        Port = _server.Port,
        Username = user ?? _server.Username,
        Password = password ?? _server.Password,
        Database = database,
        Pooling = false,
    }.ConnectionString;

    /// <summary>Makes an object, which must succeed.</summary>
    public async Task<OperationReport> MakeAsync(string type, object properties) => Succeeded(await Harness.ExecuteAsync(Requests.Create($"Postgres::{type}", Json(properties)), TestContext.Current.CancellationToken));

    public Task<OperationReport> TryMakeAsync(string type, object properties) => Harness.ExecuteAsync(Requests.Create($"Postgres::{type}", Json(properties)), TestContext.Current.CancellationToken);

    public Task<OperationReport> ReadAsync(string type, string id, JsonElement? prior = null) => Harness.ExecuteAsync(Requests.Read($"Postgres::{type}", id, prior), TestContext.Current.CancellationToken);

    public Task<OperationReport> ChangeAsync(string type, string id, object properties) => Harness.ExecuteAsync(Requests.Update($"Postgres::{type}", id, Json(properties)), TestContext.Current.CancellationToken);

    public Task<OperationReport> RemoveAsync(string type, string id) => Harness.ExecuteAsync(Requests.Delete($"Postgres::{type}", id), TestContext.Current.CancellationToken);

    /// <summary>The native ids of all that is listed below a parent.</summary>
    public async Task<IReadOnlyList<string>> AllAsync(string type, object parameters)
    {
        List<string> all = [];
        string? token = null;
        do
        {
            var page = Succeeded(await Harness.ExecuteAsync(Requests.List($"Postgres::{type}", pageSize: 2, token) with { ListParameters = Json(parameters) }, TestContext.Current.CancellationToken));
            all.AddRange(page.NativeIds!);
            token = page.NextPageToken;
        }
        while (token is not null);
        return all;
    }

    /// <summary>A database with a schema in it.</summary>
    public async Task<string> MakeDatabaseAsync(string prefix = "db")
    {
        var name = Unique(prefix);
        await MakeAsync("Server::Database", new { Name = name });
        return name;
    }

    /// <summary>As somebody else.</summary>
    public async Task ExecuteAsync(string sql, string database = "postgres")
    {
        await using var connection = new NpgsqlConnection(ConnectionString(database));
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    public async Task<string?> ScalarAsync(string sql, string database = "postgres")
    {
        await using var connection = new NpgsqlConnection(ConnectionString(database));
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand(sql, connection);
        return (await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))?.ToString();
    }

    public static OperationReport Succeeded(OperationReport report)
    {
        Assert.True(report.Status == OperationStatus.Success, $"{report.Verb} {report.ResourceType}: {report.Status} {report.Problem?.Code} {report.Problem?.Message}");
        return report;
    }

    public static void Refused(OperationReport report, string code, string text)
    {
        Assert.Equal((OperationStatus.Failure, code), (report.Status, report.Problem?.Code));
        Assert.Contains(text, report.Problem!.Message, StringComparison.Ordinal);
    }

    public static JsonElement Json(object properties) => properties switch
    {
        JsonElement element => element,
        JsonNode node => JsonSerializer.SerializeToElement(node),
        _ => JsonSerializer.SerializeToElement(properties),
    };

    public async ValueTask DisposeAsync()
    {
        await Harness.DisposeAsync();
    }
}
