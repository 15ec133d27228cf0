using System.ComponentModel.DataAnnotations;
using Formae.Engine.Operations;

namespace Formae.Coordination.Operations;

/// <summary>How operations are tried, section <c>Formae:Operations</c>. A change takes effect with the next operation.</summary>
public sealed class OperationOptions : IValidatableObject
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

    /// <summary>
    /// How much longer than usual a report is waited for while its plugin is heard of, in seconds: an operation may stand far behind in the queue of a plugin that is
    /// slow and alive. Default 1800, from 0 to 86400.
    /// </summary>
    [Range(0, 86400)]
    public double BacklogSeconds { get; set; } = 1800;

    /// <summary>What is different for single plugins, by namespace: <c>Formae:Operations:Namespaces:AWS:MaxRetries</c>.</summary>
    public Dictionary<string, NamespaceOptions> Namespaces { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The rules for the operations of a plugin.</summary>
    public RetryRules ToRules(string @namespace = "")
    {
        var own = Namespaces.GetValueOrDefault(@namespace);
        return new RetryRules
        {
            MaxRetries = own?.MaxRetries ?? MaxRetries,
            Delay = TimeSpan.FromSeconds(own?.RetryDelaySeconds ?? RetryDelaySeconds),
            StatusInterval = TimeSpan.FromSeconds(own?.StatusIntervalSeconds ?? StatusIntervalSeconds),
            CallTimeout = TimeSpan.FromSeconds(own?.CallTimeoutSeconds ?? CallTimeoutSeconds),
            Backlog = TimeSpan.FromSeconds(own?.BacklogSeconds ?? BacklogSeconds),
        };
    }

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) => Namespaces.SelectMany(of => of.Value.Validate($"{Section}:{nameof(Namespaces)}:{of.Key}"));
}

/// <summary>What is different for one plugin; what is left out is as for all. Ranges are those of <see cref="OperationOptions"/>.</summary>
public sealed class NamespaceOptions
{
    [Range(0, 100)]
    public int? MaxRetries { get; set; }

    [Range(0.01, 3600)]
    public double? RetryDelaySeconds { get; set; }

    [Range(0.1, 3600)]
    public double? StatusIntervalSeconds { get; set; }

    [Range(1, 240)]
    public double? CallTimeoutSeconds { get; set; }

    [Range(0, 86400)]
    public double? BacklogSeconds { get; set; }

    internal IEnumerable<ValidationResult> Validate(string key)
    {
        var wrong = new List<ValidationResult>();
        Validator.TryValidateObject(this, new ValidationContext(this), wrong, validateAllProperties: true);
        return wrong.Select(one => new ValidationResult($"{key}: {one.ErrorMessage}", one.MemberNames));
    }
}
