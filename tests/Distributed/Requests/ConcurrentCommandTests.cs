using Formae.Client;
using Formae.Protocol.Http;

namespace Formae.Distributed.Tests;

[Collection(OneSystem.Collection)]
public sealed class ConcurrentCommandTests(OneSystem system)
{
    [Fact]
    public async Task Of_many_commands_on_one_stack_one_is_accepted_and_the_others_are_told_which()
    {
        var document = new DocumentBuilder().Stack("busy").Target("aws", "FakeAWS").Resource("busy", "aws", DocumentBuilder.Bucket, "one", ("BucketName", "busy-one")).ToString();
        await system.Plane.Cloud.CloseAsync();
        object[] answers;
        try
        {
            answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => SubmitAsync(document)));
        }
        finally
        {
            await system.Plane.Cloud.OpenAsync();
        }

        var accepted = Assert.Single(answers.OfType<SubmitCommandResponse>());
        var refused = answers.OfType<FormaeApiException>().ToArray();
        Assert.Equal(7, refused.Length);
        Assert.All(refused, one => Assert.Equal((409, ErrorCodes.ConflictingCommands), (one.Status, one.Response.Error)));
        Assert.All(refused, one => Assert.Equal(accepted.CommandId, Assert.Single(one.Response.Data!.Value.GetProperty("ConflictingCommands").EnumerateArray()).GetProperty("CommandId").GetString()));

        await system.Plane.SuccessOfAsync(accepted.CommandId);
        Assert.Single(await system.Plane.InventoryAsync("stack:busy"));
        await system.Plane.RunCommandAsync(document, SubmitKind.Destroy);
    }

    private async Task<object> SubmitAsync(string document)
    {
        try
        {
            return await system.Plane.SubmitAsync(document);
        }
        catch (FormaeApiException e)
        {
            return e;
        }
    }
}
