using System.Text.Json;

namespace Formae.Plugins.AzureStorage.Tests;

public sealed class SchemaTests
{
    [Fact]
    public async Task Each_property_of_each_type_tells_what_it_is()
    {
        await using var plugin = StoragePlugin.With([]);
        Assert.Equal(6, plugin.Harness.Operator.Types.Count);
        foreach (var type in plugin.Harness.Operator.Types)
        {
            Assert.True(type.JsonSchema.TryGetProperty("description", out _), type.Name);
            Assert.True(type.CanList, type.Name);
            Assert.All(type.JsonSchema.GetProperty("properties").EnumerateObject(), property => Assert.True(IsDescribed(property.Value), $"{type.Name}.{property.Name}"));
        }

        Assert.InRange(plugin.Harness.Definition.MaxRequestsPerSecond, 1, 20_000);
    }

    private static bool IsDescribed(JsonElement schema) => schema.TryGetProperty("description", out _);
}
