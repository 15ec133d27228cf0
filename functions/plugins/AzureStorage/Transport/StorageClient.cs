using Azure;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Identity;
using Formae.Model;
using Formae.Sdk;

namespace Formae.Plugins.AzureStorage.Transport;

/// <summary>One service of one account, over its REST protocol. Whatever goes wrong is part of the answer.</summary>
internal sealed class StorageClient(StorageService service, Uri endpoint, string? secret, HttpPipeline pipeline, TimeProvider time)
{
    /// <summary>The versions of the protocols that the requests here are written for.</summary>
    private const string BlobVersion = "2021-12-02";
    private const string TableVersion = "2020-12-06";

    /// <summary>The address of what lies at a path, as people see it.</summary>
    public string UrlOf(string path) => $"{endpoint.AbsoluteUri.TrimEnd('/')}/{path}";

    /// <param name="method">What to do.</param>
    /// <param name="path">Escaped, with its query, without a slash in front.</param>
    /// <param name="cancellation">Ends the request.</param>
    /// <param name="write">Headers and content.</param>
    public async Task<Answer> SendAsync(RequestMethod method, string path, CancellationToken cancellation, Action<Request>? write = null)
    {
        using var message = pipeline.CreateMessage();
        message.Request.Method = method;
        message.Request.Uri.Reset(new Uri(UrlOf(path)));
        message.Request.Headers.Add("x-ms-version", service == StorageService.Table ? TableVersion : BlobVersion);
        if (service == StorageService.Table)
        {
            message.Request.Headers.Add("DataServiceVersion", "3.0;NetFx");
            message.Request.Headers.Add("MaxDataServiceVersion", "3.0;NetFx");
            message.Request.Headers.Add("Accept", "application/json;odata=minimalmetadata");
        }

        write?.Invoke(message.Request);
        try
        {
            await pipeline.SendAsync(message, cancellation).ConfigureAwait(false);
            return Answer.Of(message.Response, secret, time);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return Answer.Of(Problems.Of(ProblemCodes.ServiceTimeout, $"{endpoint.Authority} did not answer in time."));
        }
        catch (AuthenticationFailedException failed) when (failed.InnerException is RequestFailedException { Status: 0 or 429 or >= 500 })
        {
            return Answer.Of(Problems.Of(ProblemCodes.NetworkFailure, $"No token for {endpoint.Authority} could be had now: {FirstLine(failed.Message)}"));
        }
        catch (AuthenticationFailedException failed)
        {
            return Answer.Of(Problems.Of(ProblemCodes.InvalidCredentials, $"The app has no identity that gets a token for {endpoint.Authority}: {FirstLine(failed.Message)}"));
        }
        catch (Exception failed) when (failed is RequestFailedException or HttpRequestException or IOException)
        {
            return Answer.Of(Problems.Of(ProblemCodes.NetworkFailure, $"{endpoint.Authority} was not reached, or its answer broke off: {FirstLine(failed.Message)}"));
        }
    }

    private string FirstLine(string text) => Answer.Scrub(text.Split('\n', 2)[0].Trim(), secret);
}
