namespace Grpc.Core;

/// <summary>What the durable client lets through under the host of Azure Functions: the same name, and a message that begins with the status.</summary>
internal sealed class RpcException(string status) : Exception($"Status(StatusCode=\"{status}\", Detail=\"Exception was thrown by handler.\")");
