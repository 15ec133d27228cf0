using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Formae.Plugins.AzureResources.Arm;
using Formae.Plugins.AzureResources.Resources;

namespace Formae.Plugins.AzureResources;

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true)]
[JsonSerializable(typeof(JsonObject))]
[JsonSerializable(typeof(PendingOperation))]
[JsonSerializable(typeof(PagePlace))]
[JsonSerializable(typeof(ResourceGroup))]
[JsonSerializable(typeof(StorageAccount))]
[JsonSerializable(typeof(ServiceBusNamespace))]
[JsonSerializable(typeof(ServiceBusQueue))]
[JsonSerializable(typeof(FunctionApp))]
[JsonSerializable(typeof(VirtualNetwork))]
[JsonSerializable(typeof(Subnet))]
[JsonSerializable(typeof(AnyResource))]
internal sealed partial class AzureJson : JsonSerializerContext;
