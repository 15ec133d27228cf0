using System.Runtime.Versioning;
using Formae.Embedded.Host;
using Formae.Embedded.Sqlite;

namespace Formae.Embedded.Functions.Tests;

[UnsupportedOSPlatform("windows")]
public sealed class DataTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_second_owner_is_told_who_the_first_is_and_where()
    {
        using (var data = DataDirectory.Open(_folder["data"], "up"))
        {
            data.Describe("up at http://127.0.0.1:7071");
            var message = Assert.Throws<StoreInUseException>(() => DataDirectory.Open(_folder["data"], "up")).Message;
            Assert.Contains("up at http://127.0.0.1:7071", message, StringComparison.Ordinal);
            Assert.Contains($"process {Environment.ProcessId}", message, StringComparison.Ordinal);
        }

        DataDirectory.Open(_folder["data"], "up").Dispose();
    }

    [Fact]
    public void The_key_of_the_bus_is_made_once_and_for_the_user_alone()
    {
        byte[] key;
        using (var data = DataDirectory.Open(_folder["data"], "up"))
        {
            key = data.BusKey();
            Assert.Equal(32, key.Length);
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(data.BusKeyFile));
        }

        using var again = DataDirectory.Open(_folder["data"], "up");
        Assert.Equal(key, again.BusKey());
    }

    [Fact]
    public void A_free_port_is_given_to_nobody_twice_while_its_first_owner_lives() => Assert.Equal(600, FreePorts.Take(300).Concat(FreePorts.Take(300)).Distinct().Count());

    [Fact]
    public void A_manifest_is_read_and_unknown_keys_are_ignored()
    {
        Write("""{"name":"local","namespace":"Local","version":"1.2.3","assembly":"App","colour":"red"}""");
        File.WriteAllText(_folder["App.dll"], "");
        Assert.Equal(new AppManifest("local", "Local", "1.2.3", _folder["App.dll"]), AppManifest.Read(_folder.Path));
    }

    [Fact]
    public void A_manifest_says_what_its_app_wants_to_be_told_of()
    {
        Write("""{"name":"local","namespace":"Local","version":"1.2.3","assembly":"App","events":["a.b","c.*"]}""");
        File.WriteAllText(_folder["App.dll"], "");
        Assert.Equal(["a.b", "c.*"], AppManifest.Read(_folder.Path).Events);
    }

    [Theory]
    [InlineData(null, "plugin.json is missing")]
    [InlineData("{\n\"name\": oops}", "plugin.json(2,9): this is no JSON")]
    [InlineData("[]", "an object is expected")]
    [InlineData("""{"assembly":"App"}""", "App.dll, which does not exist")]
    [InlineData("""{"name":"x"}""", "'assembly' must be a text")]
    [InlineData("""{"name":"x","namespace":"X","version":"1.0.0","assembly":"plugin.json.dll","events":"all"}""", "'events' must be a list of texts")]
    public void A_wrong_manifest_is_refused_with_its_place(string? content, string finding)
    {
        if (content is not null)
            Write(content);
        File.WriteAllText(_folder["plugin.json.dll"], "");
        Assert.Contains(finding, Assert.Throws<InvalidDataException>(() => AppManifest.Read(_folder.Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_that_would_leave_its_folder_is_refused()
    {
        Write("""{"name":"../up","namespace":"Local","version":"1.2.3","assembly":"App"}""");
        File.WriteAllText(_folder["App.dll"], "");
        Assert.Contains("'name' is '../up'", Assert.Throws<InvalidDataException>(() => AppManifest.Read(_folder.Path)).Message, StringComparison.Ordinal);
    }

    private void Write(string content) => File.WriteAllText(_folder["plugin.json"], content);
}
