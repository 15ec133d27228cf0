namespace Formae.Embedded.Functions;

internal static class HttpCall
{
    /// <summary>Where the items of an invocation hold the request's HttpContext.</summary>
    public const string ContextKey = "HttpRequestContext";
}
