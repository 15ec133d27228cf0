using System.Globalization;
using Azure;
using Azure.Core;
using Azure.Data.Tables.Models;

namespace Formae.Embedded.Tables;

/// <summary>The errors of the service, and the exceptions they become.</summary>
internal static class TableErrors
{
    public const string FailedIndexKey = "FailedEntity";

    public static readonly TableError TableNotFound = new(404, TableErrorCode.TableNotFound.ToString(), "The table specified does not exist.");
    public static readonly TableError TableAlreadyExists = new(409, TableErrorCode.TableAlreadyExists.ToString(), "The table specified already exists.");
    public static readonly TableError ResourceNotFound = new(404, TableErrorCode.ResourceNotFound.ToString(), "The specified resource does not exist.");
    public static readonly TableError EntityAlreadyExists = new(409, TableErrorCode.EntityAlreadyExists.ToString(), "The specified entity already exists.");

    public static readonly TableError UpdateConditionNotSatisfied = new(
        412, TableErrorCode.UpdateConditionNotSatisfied.ToString(), "The update condition specified in the request was not satisfied.");

    public static readonly TableError RequestBodyTooLarge = new(
        413, "RequestBodyTooLarge", "The request body is too large and exceeds the maximum permissible limit.");

    public static TableError Refused(TableErrorCode code, string message) => new(400, code.ToString(), message);

    public static bool IsError(Response response) => response.Status >= 400;

    public static Response ThrowIfError(Response response) => IsError(response) ? throw Exception(response) : response;

    public static RequestFailedException Exception(Response response) => new(response, null, Parser.Instance);

    private sealed class Parser : RequestFailedDetailsParser
    {
        public static readonly Parser Instance = new();

        public override bool TryParse(Response response, out ResponseError? error, out IDictionary<string, string>? data)
        {
            (error, data) = (null, null);
            if (ServiceErrors.Of(response) is not { } found)
                return false;
            error = new ResponseError(found.Code, found.Text);
            if (found.FailedIndex is { } index)
                data = new Dictionary<string, string> { [FailedIndexKey] = index.ToString(CultureInfo.InvariantCulture) };
            return true;
        }
    }
}
