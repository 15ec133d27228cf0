using System.Text.Json.Serialization;

namespace Formae.Plugins.Local;

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(RandomId))]
[JsonSerializable(typeof(RandomPassword))]
[JsonSerializable(typeof(ShellCommand))]
internal sealed partial class LocalJson : JsonSerializerContext;
