using System.ComponentModel.DataAnnotations;
using Formae.Engine.Operations;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace Formae.Coordination.Operations;

/// <summary>
/// The rules by which operations are tried, as they are configured now. An operation keeps those that it began with. At the start a wrong configuration is refused
/// with the other options; one that came to be wrong while operations run must not end them, so the last right one stays.
/// </summary>
public sealed partial class OperationRules : IDisposable
{
    private readonly IConfiguration _configuration;
    private readonly ILogger<OperationRules> _logger;
    private readonly IDisposable _watch;
    private OperationOptions _current;
    private int _isStale;

    public OperationRules(IConfiguration configuration, IOptions<OperationOptions> atStart, ILogger<OperationRules> logger)
    {
        _configuration = configuration;
        _logger = logger;
        _current = atStart.Value;
        _watch = ChangeToken.OnChange(configuration.GetReloadToken, () => Interlocked.Exchange(ref _isStale, 1));
    }

    /// <summary>How long operations wait for a plugin that has not announced itself.</summary>
    public TimeSpan PluginPatience => TimeSpan.FromSeconds(Current().PluginPatienceSeconds);

    /// <summary>For the plugin of a namespace.</summary>
    public RetryRules Of(string @namespace) => Current().ToRules(@namespace);

    public void Dispose() => _watch.Dispose();

    /// <summary>Strictly: otherwise a namespace whose settings cannot be read is passed over without a word.</summary>
    internal static void Bind(IConfiguration configuration, OperationOptions options) =>
        configuration.GetSection(OperationOptions.Section).Bind(options, binder => binder.ErrorOnUnknownConfiguration = true);

    private OperationOptions Current()
    {
        if (Interlocked.Exchange(ref _isStale, 0) == 0)
            return _current;
        try
        {
            var read = new OperationOptions();
            Bind(_configuration, read);
            Validator.ValidateObject(read, new ValidationContext(read), validateAllProperties: true);
            _current = read;
        }
        catch (Exception wrong) when (wrong is ValidationException or InvalidOperationException)
        {
            LogRefused(OperationOptions.Section, wrong.Message);
        }

        return _current;
    }

    [LoggerMessage(EventId = 2111, Level = LogLevel.Error, Message = "The section {Section} is wrong now, so what it said before stays: {Reason}")]
    private partial void LogRefused(string section, string reason);
}
