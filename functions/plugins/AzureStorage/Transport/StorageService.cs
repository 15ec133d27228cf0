namespace Formae.Plugins.AzureStorage.Transport;

/// <summary>The services of an account that this plugin knows.</summary>
internal enum StorageService
{
    Blob,
    Queue,
    Table,
}
