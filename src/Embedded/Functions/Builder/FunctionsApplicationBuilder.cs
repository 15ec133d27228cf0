using Formae.Embedded.Functions;
using Microsoft.AspNetCore.Builder;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Microsoft.Azure.Functions.Worker.Builder;

/// <summary>A function app before it runs. In this host the app's process is host and worker at once.</summary>
public class FunctionsApplicationBuilder : IHostApplicationBuilder, IFunctionsWorkerApplicationBuilder
{
    private readonly WebApplicationBuilder _builder;
    private readonly List<Func<FunctionExecutionDelegate, FunctionExecutionDelegate>> _middleware = [];
    private bool _built;

    internal FunctionsApplicationBuilder(string[] args) => _builder = AppDefaults.CreateBuilder(args);

    public IServiceCollection Services => _builder.Services;

    public ConfigurationManager Configuration => _builder.Configuration;

    public ILoggingBuilder Logging => _builder.Logging;

    public IHostEnvironment Environment => _builder.Environment;

    public IMetricsBuilder Metrics => _builder.Metrics;

    public IDictionary<object, object> Properties => ((IHostApplicationBuilder)_builder).Properties;

    IConfigurationManager IHostApplicationBuilder.Configuration => _builder.Configuration;

    /// <summary>The functions are those of these types; null: those that are found in the app's assemblies.</summary>
    internal IReadOnlyList<Type>? FunctionTypes { get; set; }

    /// <summary>ASP.NET Core results: JSON in camelCase.</summary>
    internal bool IsWebApplication { get; set; }

    public void ConfigureContainer<TContainerBuilder>(IServiceProviderFactory<TContainerBuilder> factory, Action<TContainerBuilder>? configure = null)
        where TContainerBuilder : notnull => ((IHostApplicationBuilder)_builder).ConfigureContainer(factory, configure);

    public IFunctionsWorkerApplicationBuilder Use(Func<FunctionExecutionDelegate, FunctionExecutionDelegate> middleware)
    {
        ArgumentNullException.ThrowIfNull(middleware);
        _middleware.Add(middleware);
        return this;
    }

    /// <exception cref="InvalidOperationException">It was built before, or a function, a setting or host.json is wrong: the message names it.</exception>
    public IHost Build()
    {
        if (_built)
            throw new InvalidOperationException("The application was built already.");
        _built = true;
        return AppComposition.Build(_builder, _middleware, FunctionTypes, IsWebApplication);
    }
}
