using Formae.Embedded.Functions;
using Microsoft.Azure.Functions.Worker.Converters;

namespace Microsoft.Azure.Functions.Worker.Http;

/// <summary>The parameter is read from the request's JSON body; a body that does not fit is answered with 400.</summary>
public class FromBodyAttribute : InputConverterAttribute
{
    public FromBodyAttribute() : base(typeof(BodyReader))
    {
    }
}
