using System.Text.Json.Serialization.Metadata;
using Formae.Coordination;
using Formae.Coordination.Queries;
using Formae.Model;
using Formae.Protocol.Http;
using Microsoft.AspNetCore.Http;

namespace Formae.Coordinator.Http;

/// <summary>The shapes of answers.</summary>
internal static class Answers
{
    public static IResult Json<T>(T body, JsonTypeInfo<T> type, int status = StatusCodes.Status200OK) => Results.Json(body, type, statusCode: status);

    /// <summary>A list endpoint that finds nothing answers 404, as in the original.</summary>
    public static IResult List<T>(IReadOnlyList<T> body, JsonTypeInfo<IReadOnlyList<T>> type) => body.Count == 0 ? NotFound("Nothing found.") : Json(body, type);

    public static IResult Error(string code, string message) => Error(new ErrorResponse { Error = code, Message = message });

    public static IResult Error(ErrorResponse error) => Error(Refusals.StatusOf(error.Error), error);

    public static IResult Error(int status, ErrorResponse error) => Json(error, HttpJson.Readable.ErrorResponse, status);

    public static IResult NotFound(string message) => Error(ErrorCodes.NotFound, message);

    public static IResult BadRequest(string message) => Error(ErrorCodes.InvalidRequest, message);

    public static IResult BadQuery(string problem) => Error(Refusals.InvalidQuery(problem));

    public static IResult NoClient() => BadRequest($"The header {Headers.ClientId} is missing: send any text that names you, the same in every request.");
}
