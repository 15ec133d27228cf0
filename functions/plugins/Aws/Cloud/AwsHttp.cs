using Amazon.Runtime;

namespace Formae.Plugins.Aws;

/// <summary>One client for all targets, with bounds of its own: the SDK leaves them to whoever gives it a client.</summary>
/// <param name="handler">Sends the requests.</param>
internal sealed class AwsHttp(HttpMessageHandler handler) : HttpClientFactory
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly HttpClient _aws = new(handler) { Timeout = Patience };
    private readonly HttpClient _others = new(new WithoutChecksum(handler)) { Timeout = Patience };

    public static AwsHttp Real() => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        ConnectTimeout = TimeSpan.FromSeconds(5),
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        UseCookies = false,
    });

    public override HttpClient CreateHttpClient(IClientConfig clientConfig) => clientConfig.ServiceURL is null ? _aws : _others;

    public override bool UseSDKHttpClientCaching(IClientConfig clientConfig) => false;

    public override bool DisposeHttpClientsAfterUse(IClientConfig clientConfig) => false;

    public override string GetConfigUniqueString(IClientConfig clientConfig) => clientConfig.ServiceURL ?? "aws";

    /// <summary>
    /// The SDK holds DynamoDB's answers to their checksum, those too that it has not read because they say nothing. AWS sends no bytes there; dynalite sends two, and the sum of them.
    /// </summary>
    private sealed class WithoutChecksum(HttpMessageHandler handler) : DelegatingHandler(handler)
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
            response.Headers.Remove("x-amz-crc32");
            return response;
        }
    }
}
