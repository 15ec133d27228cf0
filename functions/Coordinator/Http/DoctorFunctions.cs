using Formae.Coordination.Health;
using Formae.Coordinator.Http.Access;
using Formae.Coordinator.Http.Description;
using Formae.Protocol.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Options;

namespace Formae.Coordinator.Http;

/// <summary>One look at everything.</summary>
public sealed class DoctorFunctions(Doctor doctor, IOptions<AccessOptions> access)
{
    [Function("Examine")]
    [Endpoint(Role.Reader, "Looks at everything that can be wrong: storage, bus, plugins, dead letters, commands, leases, keys, access.")]
    [Answer(200, "What was found. The status is 200 whatever was found: it answers, after all.", typeof(DoctorReport))]
    public async Task<IResult> Examine([HttpTrigger(AuthorizationLevel.Function, "get", Route = "v1/admin/doctor")] HttpRequest request, CancellationToken cancellation)
    {
        var report = await doctor.ExamineAsync(cancellation);
        return Answers.Json(report with { Checks = [AccessOf(Caller.Of(request.HttpContext)), .. report.Checks] }, HttpJson.Readable.DoctorReport);
    }

    private DoctorCheck AccessOf(Caller? caller) => new()
    {
        Name = "access",
        Detail = caller is not null ? $"You have the role {caller.Role.ToString().ToLowerInvariant()}{(caller.Name is { } name ? $", as {name}" : "")}."
            : access.Value.IsControlled ? "You are let in without a role."
            : "No roles are configured: whoever the platform lets in may do everything.",
    };
}
