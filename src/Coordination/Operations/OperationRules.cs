using Formae.Engine.Operations;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Formae.Coordination.Operations;

/// <summary>The rules by which operations are tried, as they are configured now. An operation keeps those that it began with.</summary>
public sealed partial class OperationRules(IOptionsMonitor<OperationOptions> options, ILogger<OperationRules> logger)
{
    private OperationOptions _last = options.CurrentValue;
    private string? _refused;

    /// <summary>For the plugin of a namespace.</summary>
    public RetryRules Of(string @namespace) => Current().ToRules(@namespace);

    /// <summary>How long operations wait for a plugin that has not announced itself.</summary>
    public TimeSpan PluginPatience => TimeSpan.FromSeconds(Current().PluginPatienceSeconds);

    /// <summary>A configuration that came to be wrong while operations run must not end them: the last right one stays.</summary>
    private OperationOptions Current()
    {
        try
        {
            _last = options.CurrentValue;
            _refused = null;
        }
        catch (OptionsValidationException wrong)
        {
            if (Interlocked.Exchange(ref _refused, wrong.Message) != wrong.Message)
                LogRefused(OperationOptions.Section, wrong.Message);
        }

        return _last;
    }

    [LoggerMessage(EventId = 2111, Level = LogLevel.Error, Message = "The section {Section} is wrong now, so it stays as it was: {Reason}")]
    private partial void LogRefused(string section, string reason);
}
