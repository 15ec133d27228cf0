namespace Microsoft.Azure.Functions.Worker.Builder;

public class FunctionsApplication
{
    public FunctionsApplication()
    {
    }

    /// <summary>An app with the functions of the entry assembly and of what it references; configuration from local.settings.json, appsettings.json, environment and arguments, the later ones winning.</summary>
    public static FunctionsApplicationBuilder CreateBuilder(string[] args)
    {
        ArgumentNullException.ThrowIfNull(args);
        return new FunctionsApplicationBuilder(args);
    }
}
