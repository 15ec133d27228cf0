using System.Text.Json.Serialization;

namespace Formae.Plugins.FakeAws;

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true)]
[JsonSerializable(typeof(Bucket))]
[JsonSerializable(typeof(Vpc))]
[JsonSerializable(typeof(VpcCidrBlock))]
[JsonSerializable(typeof(Instance))]
[JsonSerializable(typeof(Secret))]
[JsonSerializable(typeof(VersionedParent))]
[JsonSerializable(typeof(VersionedConsumer))]
[JsonSerializable(typeof(GenericResource))]
[JsonSerializable(typeof(ChildResource))]
[JsonSerializable(typeof(GrandchildResource))]
[JsonSerializable(typeof(Everything))]
internal sealed partial class FakeAwsJson : JsonSerializerContext;
