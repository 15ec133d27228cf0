using Formae.Coordination;
using Formae.Coordination.Observability;
using Formae.Coordinator;
using Formae.Coordinator.Http;
using Formae.Coordinator.Http.Access;
using Formae.Telemetry.Export;
using System.Text.Json;
using Formae.Model;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

var builder = FunctionsApplication.CreateBuilder(args);
builder.ConfigureFunctionsWebApplication();
var telemetry = builder.Services.AddFormaeTelemetry(builder.Configuration, "formae-coordinator");
if (telemetry.IsOn)
    builder.UseWhen<InvocationTrace>(AccessControl.Concerns);
if (telemetry.Metrics)
    builder.Services.AddFormaeGauges(builder.Configuration);
builder.UseWhen<AccessControl>(AccessControl.Concerns);
builder.Services.AddFormaeCoordination(builder.Configuration);
builder.Services.AddAccessControl(builder.Configuration);

// What travels between orchestrations and entities holds users' documents, which may be nested deeper than the worker's default of 64.
builder.Services.Configure<JsonSerializerOptions>(json => json.MaxDepth = JsonText.MaxDepth);

// The worker's own server stops at 30 MB; SubmissionReader says what is too long.
builder.Services.Configure<KestrelServerOptions>(server => server.Limits.MaxRequestBodySize = 210 * 1024 * 1024);
builder.Services.AddSingleton<IStartupFilter, UnknownRoutes>();
builder.Services.AddSingleton<Formae.Coordinator.Http.SubmissionReader>();
builder.Services.AddSingleton<Formae.Coordinator.Http.EventStream>();
builder.Services.AddHostedService<TableSetup>();
builder.Build().Run();
