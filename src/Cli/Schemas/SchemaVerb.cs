using System.CommandLine;
using Formae.Cli.CommandLine;
using Formae.Cli.Submitting;
using Spectre.Console;

namespace Formae.Cli.Schemas;

/// <summary>What helps to write documents, from the plugins of a running control plane.</summary>
internal static class SchemaVerb
{
    private const string JsonSchema = "forma.json";
    private const string PklBase = "formae.pkl";

    public static Command Build(CliContext context)
    {
        var file = new Option<string?>("--output-file", "-o") { Description = "Write to this file. Default: print it.", HelpName = "FILE" };
        var command = new Command("schema", "Prints the JSON Schema of documents, with the types of all plugins: for editors.") { file, Pkl(context) };
        command.RunsOn(new CommonOptions { HasOutput = false }, context, async (result, session) =>
        {
            var schema = await session.Client.GetSchemaAsync(JsonSchema, session.Cancellation);
            if (result.GetValue(file) is { Length: > 0 } path)
                await WriteAsync(path, schema, session);
            else
                await session.Terminal.RawOut.WriteAsync(System.Text.Encoding.UTF8.GetString(schema));
            return ExitCode.Ok;
        });
        return command;
    }

    private static Command Pkl(CliContext context)
    {
        var folder = new Option<string>("--directory", "-d") { Description = "Write the modules into this folder. Default: schema.", HelpName = "DIR", DefaultValueFactory = _ => "schema" };
        var command = new Command("pkl", "Writes Pkl modules: formae.pkl, and one for each plugin.") { folder };
        command.RunsOn(new CommonOptions { HasOutput = false }, context, async (result, session) =>
        {
            var directory = result.GetValue(folder)!;
            var plugins = await session.Client.GetPluginsAsync(session.Cancellation);
            foreach (var name in plugins.Select(plugin => plugin.Namespace).OfType<string>().Select(name => name + ".pkl").Prepend(PklBase))
                await WriteAsync(Path.Combine(directory, name), await session.Client.GetSchemaAsync(name, session.Cancellation), session);
            return ExitCode.Ok;
        });
        return command;
    }

    private static async Task WriteAsync(string path, byte[] content, Session session)
    {
        try
        {
            if (Path.GetDirectoryName(path) is { Length: > 0 } folder)
                Directory.CreateDirectory(folder);
            await File.WriteAllBytesAsync(path, content, session.Cancellation);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DocumentException($"{path} cannot be written: {e.Message}", e);
        }

        session.Terminal.Out.WriteLine($"Wrote {path}.");
    }
}
