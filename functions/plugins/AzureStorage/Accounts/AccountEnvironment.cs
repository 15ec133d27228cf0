using Microsoft.Extensions.Configuration;

namespace Formae.Plugins.AzureStorage.Accounts;

/// <summary>The account that the environment names, by the variables that the Azure CLI goes by. Its secrets are for this account alone.</summary>
internal sealed record AccountEnvironment(string? Account, string? Key, string? SasToken)
{
    public const string AccountVariable = "AZURE_STORAGE_ACCOUNT";
    public const string KeyVariable = "AZURE_STORAGE_KEY";
    public const string SasVariable = "AZURE_STORAGE_SAS_TOKEN";

    public static AccountEnvironment From(IConfiguration settings) => new(Given(settings[AccountVariable]), Given(settings[KeyVariable]), Given(settings[SasVariable]));

    public override string ToString() => Account ?? "no account";

    private static string? Given(string? value) => string.IsNullOrWhiteSpace(value) ? null : value.Trim();
}
