using System.ComponentModel.DataAnnotations;
using Formae.Engine.Operations;

namespace Formae.Coordination.Operations;

/// <summary>How operations are tried, section <c>Formae:Operations</c>.</summary>
public sealed class OperationOptions
{
    public const string Section = "Formae:Operations";

    /// <summary>Further attempts after the first. Default 9, from 0 to 100.</summary>
    [Range(0, 100)]
    public int MaxRetries { get; set; } = 9;

    /// <summary>Seconds between attempts. Default 10, from 0.01 to 3600.</summary>
    [Range(0.01, 3600)]
    public double RetryDelaySeconds { get; set; } = 10;

    /// <summary>Longest pause between status polls of a long-running operation, in seconds; the first ones are shorter. Default 20, from 0.1 to 3600.</summary>
    [Range(0.1, 3600)]
    public double StatusIntervalSeconds { get; set; } = 20;

    /// <summary>How long a plugin's handler may take for one call, in seconds. Default 60, from 1 to 240 (a message's lock is renewed for five minutes).</summary>
    [Range(1, 240)]
    public double CallTimeoutSeconds { get; set; } = 60;

    /// <summary>How long operations wait for a plugin that has not announced itself, in seconds. Default 600, from 0 to 86400.</summary>
    [Range(0, 86400)]
    public double PluginPatienceSeconds { get; set; } = 600;

    public RetryRules ToRules() => new()
    {
        MaxRetries = MaxRetries,
        Delay = TimeSpan.FromSeconds(RetryDelaySeconds),
        StatusInterval = TimeSpan.FromSeconds(StatusIntervalSeconds),
        CallTimeout = TimeSpan.FromSeconds(CallTimeoutSeconds),
    };
}
