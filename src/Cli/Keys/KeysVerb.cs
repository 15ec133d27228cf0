using System.CommandLine;
using Formae.Cli.CommandLine;
using Formae.Cli.Up;
using Spectre.Console;
using Command = System.CommandLine.Command;

namespace Formae.Cli.Keys;

internal static class KeysVerb
{
    public static Command Build(CliContext context)
    {
        var data = DataFolder.Option();
        var rotate = new Command("rotate", "Signs with a new key from now on. Nothing need be stopped or started; messages that are under way stay valid.") { data };
        rotate.SetAction((result, _) => Verb.GuardAsync(context, () =>
        {
            var keys = new MessageKeyFile(DataFolder.Of(result.GetValue(data), context.Variable)).Rotate(TimeProvider.System.GetUtcNow());
            context.Terminal.Out.WriteLine($"Messages are signed with the key {keys[0]} now. {keys.Count - 1} older {(keys.Count == 2 ? "key verifies" : "keys verify")} what is still under way.");
            return Task.FromResult(ExitCode.Ok);
        }));
        return new Command("keys", "The keys that the bus's messages are signed with, of a control plane on this machine.") { rotate };
    }
}
