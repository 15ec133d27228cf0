using Formae.Sdk;

namespace Formae.Plugins.Postgres;

[ResourceType("Postgres::Server::Database", Identifier = nameof(Name))]
[Description("A database of the server.")]
public sealed record Database
{
    [CreateOnly]
    public required string Name { get; init; }

    [ProviderDefault, Description("The role that owns it. Default: who connects.")]
    public string? Owner { get; init; }

    [CreateOnly, ProviderDefault, Description("Such as UTF8. Default: that of the template.")]
    public string? Encoding { get; init; }

    [CreateOnly, ProviderDefault, Description("The locale that texts are ordered by, such as C.UTF-8. Default: that of the template.")]
    public string? Collate { get; init; }

    [CreateOnly, ProviderDefault, Description("The locale that says what a letter is. Default: that of the template.")]
    public string? CharacterType { get; init; }

    [CreateOnly, WriteOnly, Description("The database that it is a copy of, such as template0, which other encodings and locales need. Default template1.")]
    public string? Template { get; init; }

    [Description("Connections at the same time; -1, the default, is no limit.")]
    public int? ConnectionLimit { get; init; }

    [Description("Run-time settings that sessions in it begin with, such as search_path.")]
    public IReadOnlyDictionary<string, string>? Settings { get; init; }

    public string? Comment { get; init; }
}

internal sealed record DatabaseRow
{
    public required string Owner { get; init; }

    public required string Encoding { get; init; }

    public required string Collate { get; init; }

    public required string CharacterType { get; init; }

    public int ConnectionLimit { get; init; }

    public IReadOnlyList<string>? Settings { get; init; }

    public string? Comment { get; init; }
}
