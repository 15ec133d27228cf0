using System.Text.Json;
using Formae.Protocol.Http;

namespace Formae.Cli.Tests.Support;

/// <summary>Commands as the server tells them.</summary>
internal static class Samples
{
    public const string Vpc = "2aaaaaaaaaaaaaaaaaaaaaaaaa1";

    public static JsonElement Json(string text) => JsonDocument.Parse(text).RootElement.Clone();

    public static ResourceUpdate Update(string operation, string label, string type = "FakeAWS::S3::Bucket", string stack = "web", string state = States.NotStarted) => new()
    {
        ResourceId = $"id-{label}",
        ResourceLabel = label,
        ResourceType = type,
        StackName = stack,
        Operation = operation,
        State = state,
    };

    public static Command Command(params ResourceUpdate[] updates) => new() { CommandId = "C1", Kind = "apply", Mode = "reconcile", State = States.InProgress, ResourceUpdates = updates };

    public static string Response(Command command, string id = "C1") => JsonSerializer.Serialize(
        new SubmitCommandResponse { CommandId = id, Simulation = new Simulation { ChangesRequired = true, Command = command } }, HttpJson.Default.SubmitCommandResponse);

    public static string NoChanges => JsonSerializer.Serialize(new SubmitCommandResponse(), HttpJson.Default.SubmitCommandResponse);

    public static string Status(Command command) => JsonSerializer.Serialize(new CommandList { Commands = [command] }, HttpJson.Default.CommandList);
}
