namespace Formae.Embedded.Host;

internal static class DotnetCommand
{
    /// <summary>The dotnet that runs this process, or the one that a shell would find.</summary>
    public static string Path { get; } = Find();

    private static string Find()
    {
        var name = OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet";
        if (Environment.ProcessPath is { } own && System.IO.Path.GetFileName(own) == name)
            return own;
        if (Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") is { Length: > 0 } given)
            return given;
        return Environment.GetEnvironmentVariable("DOTNET_ROOT") is { Length: > 0 } root && File.Exists(System.IO.Path.Combine(root, name)) ? System.IO.Path.Combine(root, name) : name;
    }
}
