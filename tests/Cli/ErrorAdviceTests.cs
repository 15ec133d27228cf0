using Formae.Cli.Errors;
using Formae.Cli.Submitting;
using Formae.Cli.Tests.Support;
using Formae.Client;
using Formae.Model;
using Formae.Protocol.Http;

namespace Formae.Cli.Tests;

/// <summary>Where an error's advice stands, and that nothing in it commands a terminal.</summary>
public sealed class ErrorAdviceTests
{
    [Fact]
    public void One_mistake_is_said_once_with_its_advice()
    {
        var document = new Document("x.yaml", "Targets: []\n"u8.ToArray());
        var diagnostic = new Diagnostic { Code = "MissingTarget", Summary = "There is no target 'eu'.", Detail = "Declare it under Targets.", Path = "Resources[0].Target" };

        Assert.Equal("""
            error TargetReferenceNotFound: The document has one mistake.
            error MissingTarget: There is no target 'eu'.
              --> x.yaml  Resources[0].Target
              Declare it under Targets.

            """, Render(new ErrorResponse { Error = ErrorCodes.TargetReferenceNotFound, Data = Samples.Json("""{"TargetLabel":"eu"}"""), Diagnostics = [diagnostic] }, document));
    }

    [Fact]
    public void What_answers_and_is_no_Formae_brings_the_advice_to_look_at_the_address() =>
        Assert.EndsWith("See whether --server is right: something else may listen there, or stand before it.\n", Render(new ErrorResponse { Error = "UnexpectedAnswer", Message = "m" }), StringComparison.Ordinal);

    [Theory]
    [InlineData(ErrorCodes.UnknownRoute)]
    [InlineData(ErrorCodes.MethodNotAllowed)]
    public void A_path_that_the_server_does_not_have_brings_the_advice_to_look_at_the_address(string code) =>
        Assert.Contains("See whether --server is right", Render(new ErrorResponse { Error = code, Message = "m" }), StringComparison.Ordinal);

    [Fact]
    public void What_turns_a_text_round_is_shown_and_not_done() =>
        Assert.DoesNotContain(Render(new ErrorResponse { Error = ErrorCodes.NotFound, Message = "a\u202eb\u200bc\u2066d\ufeffe" }), sign => char.GetUnicodeCategory(sign) == System.Globalization.UnicodeCategory.Format);

    private static string Render(ErrorResponse error, Document? document = null)
    {
        using var run = new TestRun();
        ErrorText.Write(run.Context.Terminal.Error, new FormaeApiException(400, error), document);
        return run.Error;
    }
}
