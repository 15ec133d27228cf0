using System.Collections.Specialized;
using System.Security.Claims;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Http;

namespace Formae.Embedded.Functions;

internal sealed class KestrelRequestData(FunctionContext context, HttpContext http) : HttpRequestData(context)
{
    private HttpHeadersCollection? _headers;
    private NameValueCollection? _query;
    private Uri? _url;

    public override Stream Body => http.Request.Body;

    public override HttpHeadersCollection Headers => _headers ??= new HttpHeadersCollection(http.Request.Headers.Select(header => KeyValuePair.Create(header.Key, header.Value.OfType<string>())));

    public override IReadOnlyCollection<IHttpCookie> Cookies => [.. http.Request.Cookies.Select(cookie => new Microsoft.Azure.Functions.Worker.Http.HttpCookie(cookie.Key, cookie.Value))];

    public override Uri Url => _url ??= new Uri(http.Request.GetEncodedUrl());

    public override IEnumerable<ClaimsIdentity> Identities => http.User.Identities;

    public override string Method => http.Request.Method;

    public override NameValueCollection Query => _query ??= ReadQuery();

    public override HttpResponseData CreateResponse() => new KestrelResponseData(FunctionContext);

    private NameValueCollection ReadQuery()
    {
        var query = new NameValueCollection(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, values) in http.Request.Query)
        {
            foreach (var value in values)
                query.Add(name, value);
        }

        return query;
    }
}
