using System.Text;
using System.Text.Json;
using Formae.Coordination.Tests.Cluster;
using Formae.Plugins.FakeAws;
using Formae.Protocol.Bus;
using Microsoft.Extensions.DependencyInjection;

namespace Formae.Coordination.Tests.Acceptance;

/// <summary>Somebody else at work in the cloud, behind the control plane's back.</summary>
internal static class Outside
{
    /// <summary>Exchanges a text in the properties of an object.</summary>
    public static void Change(ControlPlane plane, string? nativeId, string from, string to)
    {
        var item = Find(plane, nativeId);
        var text = Encoding.UTF8.GetString(item.Properties.Span);
        Assert.Contains(from, text, StringComparison.Ordinal);
        Cloud(plane).Put(item with { Properties = Encoding.UTF8.GetBytes(text.Replace(from, to, StringComparison.Ordinal)) });
    }

    public static void Delete(ControlPlane plane, string? nativeId)
    {
        var item = Find(plane, nativeId);
        Assert.True(Cloud(plane).Delete(item.Type, item.NativeId));
    }

    public static bool Has(ControlPlane plane, string? nativeId) => Cloud(plane).All().Any(item => item.NativeId == nativeId);

    public static JsonElement PropertiesOf(ControlPlane plane, string? nativeId) => JsonElement.Parse(Find(plane, nativeId).Properties.Span);

    /// <summary>How often an object was looked at.</summary>
    public static int Reads(ControlPlane plane) => CallLog.Read(plane.Plugin.Services.GetRequiredService<FakeAwsService>().DefaultCloudFile).Count(call => call.Operation == OperationVerb.Read);

    private static CloudObject Find(ControlPlane plane, string? nativeId) => Cloud(plane).All().Single(item => item.NativeId == nativeId);

    private static FakeCloud Cloud(ControlPlane plane)
    {
        var aws = plane.Plugin.Services.GetRequiredService<FakeAwsService>();
        return aws.CloudAt(aws.DefaultCloudFile);
    }
}
