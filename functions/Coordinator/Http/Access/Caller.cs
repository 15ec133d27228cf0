using Microsoft.AspNetCore.Http;

namespace Formae.Coordinator.Http.Access;

/// <summary>Who gives a request, as its proof of identity says.</summary>
/// <param name="Subject">Stable and unique: the object id of a token, or the fingerprint of a key.</param>
/// <param name="Name">For people.</param>
/// <param name="Role">What it may do.</param>
public sealed record Caller(string Subject, string? Name, Role Role)
{
    private static readonly object Place = new();

    /// <summary>Null where no proof of identity is asked for.</summary>
    public static Caller? Of(HttpContext http) => http.Items.TryGetValue(Place, out var caller) ? (Caller?)caller : null;

    public void Sign(HttpContext http) => http.Items[Place] = this;
}
