using Azure.Core.Serialization;

namespace Microsoft.Azure.Functions.Worker;

public class WorkerOptions
{
    public WorkerOptions()
    {
    }

    /// <summary>Default: System.Text.Json with the registered <see cref="System.Text.Json.JsonSerializerOptions"/>: no naming policy, read without regard to case.</summary>
    public ObjectSerializer? Serializer { get; set; }
}
