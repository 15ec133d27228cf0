namespace Formae.Sdk.Tests.Conformance;

/// <summary>A type with one field of each kind that the kit looks at.</summary>
[ResourceType("Pantry::Shelf::Jar", Identifier = nameof(Id))]
public sealed record Jar
{
    [CreateOnly]
    public required string Name { get; init; }

    public string? Content { get; init; }

    public string? Note { get; init; }

    [ProviderDefault]
    public string? Size { get; init; }

    [Set]
    public IReadOnlyList<string>? Labels { get; init; }

    [KeyedSet(nameof(Sticker.On))]
    public IReadOnlyList<Sticker>? Stickers { get; init; }

    [Opaque]
    public string? Recipe { get; init; }

    [ReadOnly]
    public string? Id { get; init; }

    [ReadOnly]
    public string? Smell { get; init; }
}

/// <summary>Something on a jar.</summary>
public sealed record Sticker
{
    public required string On { get; init; }

    public string? Says { get; init; }
}

/// <summary>The config of a target.</summary>
public sealed record Pantry
{
    /// <summary>The address of a pantry behind HTTP. Default: the one in this process.</summary>
    public string? Endpoint { get; init; }
}

/// <summary>What a handler of jars does wrong.</summary>
public enum Flaw
{
    None,
    CreateReportsLess,
    CreateReportsOtherDefaults,
    ReadForgetsAField,
    UpdateIgnoresAField,
    UpdateChangesTheDefault,
    UpdateKeepsWhatIsLeftOut,
    ReplaceKeepsTheOldObject,
    DeleteDoesNothing,
    DeleteOfWhatIsGoneFails,
    ReadOfWhatIsGoneSucceeds,
    ListLosesAPage,
    ListShowsOneTwice,
    ListIgnoresThePageSize,
    ListNeverEnds,
    ListShowsWhatIsGone,
    IgnoresTheToken,
    HasNoTokens,
    KeepsTokensInMemory,
    LooksBeforeItLeaps,
    NeedsTheRightTime,
    ReadsFromMemory,
    SaysASecretInAProperty,
    LogsASecret,
    TellsAStormAsFinal,
    TellsALostAnswerAsFinal,
    TakesASlowPageForTheLast,
}
