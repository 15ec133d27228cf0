using Formae.Coordination;
using Formae.Coordinator;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

var builder = FunctionsApplication.CreateBuilder(args);
builder.ConfigureFunctionsWebApplication();
builder.Services.AddFormaeCoordination(builder.Configuration);
builder.Services.AddSingleton<Formae.Coordinator.Http.SubmissionReader>();
builder.Services.AddHostedService<TableSetup>();
builder.Build().Run();
