using Microsoft.AspNetCore.Builder;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.Hosting;

namespace Formae.Embedded.Functions;

internal static class AppComposition
{
    public static IHost Build(WebApplicationBuilder builder, IReadOnlyList<Func<FunctionExecutionDelegate, FunctionExecutionDelegate>> middleware, IReadOnlyList<Type>? functionTypes, bool isWebApplication) => builder.Build();
}
