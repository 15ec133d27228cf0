using System.Net;
using System.Net.Http.Json;
using Formae.Model;

namespace Formae.Sdk.Tests.Conformance;

/// <summary>Serves jars that a server keeps.</summary>
internal sealed class HttpJarHandler(Flaws flaws) : IResourceHandler<Jar>, IListable<Jar>
{
    private static readonly HttpClient Http = new();

    public async Task<CreateResult<Jar>> CreateAsync(CreateRequest<Jar> request, CancellationToken cancellationToken)
    {
        var token = flaws.Flaw == Flaw.HasNoTokens ? "" : $"?token={Uri.EscapeDataString(request.OperationId)}";
        var (jar, problem) = await SendAsync(HttpMethod.Put, request, token, request.Desired, cancellationToken);
        return problem is null ? new CreateResult<Jar>.Success(jar!.Id!, jar) : problem;
    }

    public async Task<ReadResult<Jar>> ReadAsync(ReadRequest<Jar> request, CancellationToken cancellationToken)
    {
        var (jar, problem) = await SendAsync(HttpMethod.Get, request, "/" + request.NativeId, null, cancellationToken);
        return problem is null ? new ReadResult<Jar>.Success(jar!) : problem;
    }

    public async Task<UpdateResult<Jar>> UpdateAsync(UpdateRequest<Jar> request, CancellationToken cancellationToken)
    {
        var (jar, problem) = await SendAsync(HttpMethod.Put, request, "/" + request.NativeId, request.Desired, cancellationToken);
        return problem is null ? new UpdateResult<Jar>.Success(jar!) : problem;
    }

    public async Task<DeleteResult> DeleteAsync(DeleteRequest<Jar> request, CancellationToken cancellationToken)
    {
        var (_, problem) = await SendAsync(HttpMethod.Delete, request, "/" + request.NativeId, null, cancellationToken);
        return problem is null ? new DeleteResult.Success() : problem;
    }

    public async Task<ListResult> ListAsync(ListRequest<Jar> request, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await Http.GetAsync($"{request.Target<Pantry>().Endpoint}/jars?after={request.PageToken}&most={request.PageSize}", cancellationToken);
            if (Refusal(answer) is { } refusal)
                return refusal;
            var page = (await answer.Content.ReadFromJsonAsync<List<string>>(cancellationToken))!;
            return new ListResult.Success(page, page.Count == request.PageSize ? page[^1] : null);
        }
        catch (HttpRequestException broken)
        {
            return Lost(broken);
        }
        catch (OperationCanceledException) when (flaws.Flaw == Flaw.TakesASlowPageForTheLast)
        {
            return new ListResult.Success([]);
        }
    }

    private async Task<(Jar? Jar, Problem? Problem)> SendAsync(HttpMethod method, OperationContext request, string path, Jar? body, CancellationToken cancellationToken)
    {
        using var message = new HttpRequestMessage(method, $"{request.Target<Pantry>().Endpoint}/jars{path}") { Content = body is null ? null : JsonContent.Create(body) };
        try
        {
            using var answer = await Http.SendAsync(message, cancellationToken);
            if (Refusal(answer) is { } refusal)
                return (null, refusal);
            return (answer.StatusCode == HttpStatusCode.NoContent ? null : await answer.Content.ReadFromJsonAsync<Jar>(cancellationToken), null);
        }
        catch (HttpRequestException broken)
        {
            return (null, Lost(broken));
        }
    }

    private Problem Lost(HttpRequestException broken) =>
        Problems.Of(flaws.Flaw == Flaw.TellsALostAnswerAsFinal ? ProblemCodes.GeneralServiceException : ProblemCodes.NetworkFailure, broken.Message);

    private Problem? Refusal(HttpResponseMessage answer) => answer switch
    {
        { IsSuccessStatusCode: true } => null,
        { StatusCode: HttpStatusCode.NotFound } => Problems.NotFound("There is no such jar."),
        { StatusCode: HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable } when flaws.Flaw == Flaw.TellsAStormAsFinal => Problems.Of(ProblemCodes.GeneralServiceException, "The pantry is crowded."),
        { StatusCode: HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable } => Problems.Throttled("The pantry is crowded.", answer.Headers.RetryAfter?.Delta),
        _ => Problems.Of(ProblemCodes.GeneralServiceException, $"The pantry answered {(int)answer.StatusCode}."),
    };
}
