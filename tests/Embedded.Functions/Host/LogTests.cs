using Formae.Embedded.Host;

namespace Formae.Embedded.Functions.Tests;

public sealed class LogTests
{
    [Fact]
    public void Lines_of_all_apps_are_merged_with_their_names_in_a_column()
    {
        using var writer = new StringWriter { NewLine = "\n" };
        var log = new MergedLog(writer, ["bus", "coordinator"], hasColours: false);
        log.Write(new LogLine("bus", ConsoleColor.Red, "hello", false));
        log.Write(new LogLine("coordinator", ConsoleColor.Green, "world", true));
        Assert.Equal("bus         | hello\ncoordinator | world\n", writer.ToString());
    }

    [Fact]
    public void Colours_are_around_the_name_only()
    {
        using var writer = new StringWriter { NewLine = "\n" };
        new MergedLog(writer, ["bus"], hasColours: true).Write(new LogLine("bus", ConsoleColor.Red, "hello", false));
        Assert.Equal("\e[31mbus |\e[0m hello\n", writer.ToString());
    }

    [Fact]
    public void A_log_file_that_has_grown_is_rotated_and_the_oldest_goes()
    {
        using var folder = new TestFolder();
        using (var files = new LogFiles(folder["logs"], TimeProvider.System, largest: 60, kept: 2))
        {
            for (var i = 0; i < 9; i++)
                files.Write(new LogLine("app", ConsoleColor.Gray, $"line {i}", false));
        }

        Assert.Equal(["app.1.log", "app.2.log", "app.log"], Directory.GetFiles(folder["logs"]).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.EndsWith("line 8\n", File.ReadAllText(Path.Combine(folder["logs"], "app.log")), StringComparison.Ordinal);
        Assert.All(Directory.GetFiles(folder["logs"]), file => Assert.InRange(new FileInfo(file).Length, 1, 100));
        Assert.DoesNotContain(Directory.GetFiles(folder["logs"]), file => File.ReadAllText(file).Contains("line 0", StringComparison.Ordinal));
    }

    [Fact]
    public void A_stream_of_json_keeps_the_fields_of_each_line_and_names_its_app()
    {
        var writer = new StringWriter();
        var log = new JsonLog(writer, new ManualTime(DateTimeOffset.UnixEpoch));
        log.Write(new LogLine("coordinator", ConsoleColor.Gray, """{"Message":"hello","Scopes":[{"TraceId":"4bf92f3577b34da6"}]}""", false));
        log.Write(new LogLine("bus", ConsoleColor.Gray, "(ended \"unasked\")", true));
        log.Write(new LogLine("bus", ConsoleColor.Gray, "{}", false));
        var lines = writer.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries).Select(line => System.Text.Json.JsonElement.Parse(line)).ToList();
        Assert.Equal(["coordinator", "bus", "bus"], lines.Select(line => line.GetProperty("App").GetString()));
        Assert.Equal("4bf92f3577b34da6", lines[0].GetProperty("Scopes")[0].GetProperty("TraceId").GetString());
        Assert.Equal(("(ended \"unasked\")", "Warning"), (lines[1].GetProperty("Message").GetString(), lines[1].GetProperty("LogLevel").GetString()));
    }
}
