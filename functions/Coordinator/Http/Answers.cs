using System.Text.Json.Serialization.Metadata;
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

    public static IResult Error(int status, string code, string message, IReadOnlyList<Diagnostic>? diagnostics = null) =>
        Error(status, new ErrorResponse { Error = code, Message = message, Diagnostics = diagnostics });

    public static IResult Error(int status, ErrorResponse error) => Json(error, HttpJson.Readable.ErrorResponse, status);

    public static IResult NotFound(string message) => Error(StatusCodes.Status404NotFound, ErrorCodes.NotFound, message);

    public static IResult BadRequest(string message) => Error(StatusCodes.Status400BadRequest, ErrorCodes.InvalidRequest, message);

    public static IResult BadQuery(string problem) => Error(StatusCodes.Status400BadRequest, new ErrorResponse
    {
        Error = ErrorCodes.InvalidQuery,
        Message = problem,
        Data = System.Text.Json.JsonSerializer.SerializeToElement(new Dictionary<string, string> { ["Reason"] = problem }),
    });
}
