using System.Globalization;
using System.Text.Json.Nodes;
using static Formae.Distributed.Tests.DocumentBuilder;

namespace Formae.Distributed.Tests;

/// <summary>Many resources of two plugins that refer to each other, on targets that take their time.</summary>
internal static class BigDocument
{
    public static string Of(string stack, int count, string folder, int latency = 20)
    {
        var document = new DocumentBuilder().Stack(stack)
            .Target("slow", "FakeAWS", new JsonObject { ["LatencyMs"] = latency })
            .Target("polled", "FakeAWS", new JsonObject { ["AsyncCreates"] = true })
            .Target("disk", "Local", new JsonObject { ["Root"] = folder });
        var nets = count / 10;
        for (var i = 0; i < nets; i++)
            document.Resource(stack, i % 2 == 0 ? "slow" : "polled", Vpc, Name("net", i), ("CidrBlock", $"10.{i}.0.0/16"));
        for (var i = 0; document.Count < count; i++)
        {
            switch (i % 4)
            {
                case 0:
                    document.Resource(stack, "disk", LocalFile, Name("file", i), ("Path", Name("file", i)), ("Content", Reference(stack, Vpc, Name("net", i % nets), "Arn")));
                    break;
                case 1:
                    document.Resource(stack, "slow", Bucket, Name("bucket", i), ("BucketName", Name(stack, i)));
                    break;
                default:
                    document.Resource(stack, i % 8 == 2 ? "polled" : "slow", Instance, Name("machine", i), ("ImageId", "ami-1"), ("VpcId", Reference(stack, Vpc, Name("net", i % nets), "VpcId")));
                    break;
            }
        }

        return document.ToString();
    }

    private static string Name(string kind, int number) => string.Create(CultureInfo.InvariantCulture, $"{kind}-{number:000}");
}
