namespace Formae.Plugins.AzureStorage.Accounts;

/// <summary>How an account is reached.</summary>
internal abstract record StorageCredential
{
    private StorageCredential()
    {
    }

    /// <summary>What must never be read anywhere; no text of a problem holds it.</summary>
    public virtual string? Secret => null;

    /// <summary>With one of the account's keys.</summary>
    internal sealed record SharedKey(string Account, string Key) : StorageCredential
    {
        public override string Secret => Key;

        public override string ToString() => "a shared key";
    }

    /// <summary>With a shared access signature, without the question mark.</summary>
    internal sealed record Signature(string Token) : StorageCredential
    {
        public override string Secret => Token;

        public override string ToString() => "a shared access signature";
    }

    /// <summary>With an identity of Entra ID.</summary>
    internal sealed record Identity(string? Tenant, string? ManagedIdentity) : StorageCredential;
}
