using Azure.Core.Serialization;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Formae.Embedded.Functions;

internal static class WorkerJson
{
    public static ObjectSerializer SerializerOf(FunctionContext context) =>
        context.InstanceServices.GetRequiredService<IOptions<WorkerOptions>>().Value.Serializer
        ?? throw new InvalidOperationException("WorkerOptions.Serializer was set to null.");
}
