namespace Formae.Embedded.Functions;

internal static class BodyReader
{
}
