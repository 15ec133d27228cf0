using System.Reflection;
using System.Text;
using Formae.Cli.CommandLine;
using Formae.Cli.Errors;
using Formae.Cli.Submitting;
using Formae.Cli.Tests.Support;
using Formae.Client;
using Formae.Model;
using Formae.Protocol.Http;

namespace Formae.Cli.Tests;

public sealed class ErrorTextTests
{
    public static TheoryData<string, string, string> Goldens => new()
    {
        {
            ErrorCodes.ConflictingCommands,
            """{"ConflictingCommands":[{"CommandId":"C9","Command":"apply","Mode":"patch","State":"InProgress"}]}""",
            """
            error ConflictingCommands: Another command is at work on the same stack.
              apply  patch  C9  InProgress
            Wait until it is done: formae status C9 --watch
            """
        },
        {
            ErrorCodes.ReconcileRejected,
            """{"ModifiedStacks":{"web":{"ModifiedResources":[{"Stack":"web","Type":"A::B::C","Label":"x","Operation":"update"}]}}}""",
            """
            error ReconcileRejected: The world was changed since the last reconcile, and this document would undo that.
              web  A::B::C  x  update
            formae drift shows what was changed. Bring it into the document, or overwrite it with --force.
            """
        },
        {
            ErrorCodes.PatchRejected,
            """{"UnknownStacks":[{"Label":"a"},{"Label":"b"}]}""",
            """
            error PatchRejected: A patch changes stacks that exist; these do not: a, b.
            Create them with --mode reconcile.
            """
        },
        {
            ErrorCodes.EmptyStackRejected,
            """{"EmptyStacks":["a"]}""",
            """
            error EmptyStackRejected: A new stack needs at least one resource; these have none: a.
            Give each of them a resource, or leave it out.
            """
        },
        { ErrorCodes.CyclesDetected, "{}", "error CyclesDetected: The resources depend on each other in a circle, so that none can be first." },
        {
            ErrorCodes.ReferencedResourcesNotFound,
            """{"MissingResources":[{"Label":"x","Type":"A::B::C","Stack":"web"}]}""",
            """
            error ReferencedResourcesNotFound: What was asked for refers to resources that are neither in it nor in the inventory.
              x  A::B::C  stack  web
            Check label, type and stack of each reference, or apply the stack that they are in first.
            """
        },
        {
            ErrorCodes.TargetAlreadyExists,
            """{"TargetLabel":"eu","MismatchType":"namespace","ExistingNamespace":"AWS","FormaNamespace":"Local"}""",
            """
            error TargetAlreadyExists: Target eu exists with another namespace.
              existing  AWS
              given     Local
            Use another label, or destroy the target first.
            """
        },
        {
            ErrorCodes.NonPortableResources,
            """{"TargetLabel":"eu","Resources":["web/A::B::C/x"]}""",
            """
            error NonPortableResources: The config of target eu cannot change while these resources are on it: they cannot be moved.
              web/A::B::C/x
            Destroy them first, or declare a new target under another label.
            """
        },
        {
            ErrorCodes.TargetHasDependents,
            """{"Dependents":[{"TargetLabel":"k8s","CascadeSource":"cluster"}]}""",
            """
            error TargetHasDependents: The config of other targets depends on what would be deleted.
              target  k8s  (depends on cluster)
            Delete them too with --on-dependents cascade, or change them first.
            """
        },
        {
            ErrorCodes.ResourceHasDependents,
            """{"Dependents":[{"ResourceLabel":"x","ResourceType":"A::B::C","Stack":"web","CascadeSource":"net"}]}""",
            """
            error ResourceHasDependents: Other resources depend on what would be deleted.
              web  A::B::C  x  (depends on net)
            Delete them too with --on-dependents cascade, or change them first.
            """
        },
        {
            ErrorCodes.SecretNotKnown,
            """{"Resources":[{"Stack":"app","Type":"A::B::C","Label":"db","CascadeSource":"net","Fields":["Password"]}]}""",
            """
            error SecretNotKnown: These would be made again because of something else, and of their secrets only hashes are known.
              app  A::B::C  db  (depends on net)
            Declare them in the document, with their secrets.
            """
        },
        {
            ErrorCodes.RequiredFieldMissingOnCreate,
            """{"MissingFields":["Name","Cidr"],"Stack":"web","Label":"x","Type":"A::B::C"}""",
            "error RequiredFieldMissingOnCreate: x (A::B::C, stack web) cannot be created without Name, Cidr."
        },
        {
            ErrorCodes.InvalidQuery,
            """{"Reason":"a bare word"}""",
            """
            error InvalidQueryError: The query is wrong: a bare word
            A query is made of field:value terms, such as stack:web type:*::Bucket.
            """
        },
        {
            ErrorCodes.StackReferenceNotFound,
            """{"StackLabel":"web"}""",
            """
            error StackReferenceNotFound: Stack web is neither in the document nor in the inventory.
            Declare it under Stacks, or check the name.
            """
        },
        {
            ErrorCodes.TargetReferenceNotFound,
            """{"TargetLabel":"eu"}""",
            """
            error TargetReferenceNotFound: Target eu is neither in the document nor in the inventory.
            Declare it under Targets, or check the name.
            """
        },
        {
            ErrorCodes.PluginNotFound,
            """{"Name":"gcp"}""",
            """
            error PluginNotFound: There is no plugin gcp.
            formae inventory plugins lists those that are there.
            """
        },
        { ErrorCodes.InvalidForma, "{}", "error InvalidForma: The document is wrong." },
        { ErrorCodes.InvalidRequest, "{}", "error InvalidRequest: The server refused.\n  {}" },
        { ErrorCodes.TooLarge, "{}", "error TooLarge: The document is larger than the server takes." },
        { ErrorCodes.NotFound, "{}", "error NotFound: There is no such thing." },
        { ErrorCodes.Unauthorized, "{}", "error Unauthorized: The server wants a key.\nGive a key with --key or $FORMAE_KEY, or a token with --entra or $FORMAE_TOKEN." },
        { ErrorCodes.Forbidden, "{}", "error Forbidden: Your role may not do this." },
        { ErrorCodes.AccessUnavailable, "{}", "error AccessUnavailable: The server cannot check tokens now.\nTry again later." },
        { ErrorCodes.UnknownRoute, "{}", "error UnknownRoute: The server does not know this request.\nSee whether --server is right: a path in it goes before that of the API. An older server may lack what was asked for." },
        { ErrorCodes.MethodNotAllowed, "{}", "error MethodNotAllowed: The server does not know this request.\nSee whether --server is right: a path in it goes before that of the API. An older server may lack what was asked for." },
        { ErrorCodes.NoPluginManager, "{}", "error NoPluginManager: The server does not install plugins." },
        { ErrorCodes.NoSuchPointInTime, "{}", "error NoSuchPointInTime: Nothing is known of the stack at that time.\nformae history --stack STACK lists what there is to go back to." },
        { ErrorCodes.ReconcilePolicyRequired, "{}", "error ReconcilePolicyRequired: The stack has no auto-reconcile policy.\nGive it one, or apply its document with --force." },
        {
            ErrorCodes.CancelFailed,
            """{"CommandIds":["C1"],"Failures":{"C2":"The tables cannot be reached."}}""",
            """
            error CancelFailed: Not every command could be canceled; these go on.
              C2  The tables cannot be reached.
            Cancel them again.
            """
        },
        { ErrorCodes.DeadLetterRefused, "{}", "error DeadLetterRefused: This message is not sent again.\nformae deadletter drop removes it." },
        { ErrorCodes.DeadLetterBusy, "{}", "error DeadLetterBusy: This message could not be taken now." },
        { ErrorCodes.BusUnavailable, "{}", "error BusUnavailable: The server cannot reach its bus now.\nformae doctor says more." },
        { ErrorCodes.StorageUnavailable, "{}", "error StorageUnavailable: The server cannot reach its storage now.\nTry again in a few seconds. Whether a command was taken on nevertheless, formae status says; formae doctor says more." },
        { ErrorCodes.InternalError, "{}", "error InternalError: The server failed.\nIts log says more." },
    };

    [Theory]
    [MemberData(nameof(Goldens))]
    public void Each_code_has_its_text(string code, string data, string expected)
    {
        var text = Render(new ErrorResponse { Error = code, Data = Samples.Json(data) });

        Assert.Equal(expected.ReplaceLineEndings("\n"), text.TrimEnd());
    }

    [Fact]
    public void No_code_of_the_protocol_is_left_out()
    {
        var codes = typeof(ErrorCodes).GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => (string)field.GetValue(null)!);
        var covered = Goldens.Select(row => row.Data.Item1).ToHashSet();

        Assert.Empty(codes.Except(covered));
    }

    [Fact]
    public void No_code_fails_on_a_payload_of_another_shape()
    {
        string[] payloads = ["null", "[]", "3", "\"x\"", """{"ModifiedStacks":[1],"Dependents":{"a":1},"MissingFields":"x","TargetLabel":[1]}""", """{"ModifiedStacks":{"a":[]},"Dependents":["x"],"ConflictingCommands":[1]}"""];
        foreach (var code in Goldens.Select(row => row.Data.Item1).Append("FromTheFuture"))
        {
            foreach (var payload in payloads)
                Assert.StartsWith($"error {code}", Render(new ErrorResponse { Error = code, Data = Samples.Json(payload) }), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_code_that_is_not_known_shows_what_the_server_says()
    {
        var text = Render(new ErrorResponse { Error = "FromTheFuture", Message = "Not today.", Data = Samples.Json("""{"Until":"tomorrow"}""") });

        Assert.Equal("error FromTheFuture: Not today.\n  { Until: \"tomorrow\" }\n", text);
    }

    [Fact]
    public void A_diagnostic_points_into_the_source()
    {
        var document = new Document("shop.yaml", Encoding.UTF8.GetBytes("Resources:\r\n  - Type: FakeAWS::S3::Buckt\r\n"));
        var text = Render(new ErrorResponse
        {
            Error = ErrorCodes.InvalidForma,
            Diagnostics =
            [
                new Diagnostic { Code = "UnknownType", Summary = "There is no such type.", Detail = "Did you mean FakeAWS::S3::Bucket?", Path = "Resources[0].Type", Line = 2, Column = 11 },
                new Diagnostic { Code = "UnknownKey", Summary = "Not known.", Severity = Severity.Warning, Path = "Foo" },
                new Diagnostic { Code = "Gone", Summary = "Beyond the end.", Line = 99, Column = 1 },
            ],
        }, document);

        Assert.Equal("""
            error InvalidForma: The document has 2 mistakes.
            error UnknownType: There is no such type.
              --> shop.yaml:2:11  Resources[0].Type
                2 |   - Type: FakeAWS::S3::Buckt
                  |           ^
              Did you mean FakeAWS::S3::Bucket?
            warning UnknownKey: Not known.
              --> shop.yaml  Foo
            error Gone: Beyond the end.
              --> shop.yaml:99:1

            """, text);
    }

    [Fact]
    public void A_refusal_without_a_document_speaks_of_none_and_says_each_thing_once()
    {
        var diagnostics = new[] { new Diagnostic { Code = "ReferenceNotFound", Summary = "There is no web/A::B::C/x." } };

        Assert.StartsWith("error InvalidForma: What was asked for cannot be done.", Render(new ErrorResponse { Error = ErrorCodes.InvalidForma, Diagnostics = diagnostics }), StringComparison.Ordinal);
        Assert.Equal("""
            error ReferencedResourcesNotFound: What was asked for refers to resources that are neither in it nor in the inventory.
            error ReferenceNotFound: There is no web/A::B::C/x.
            Check label, type and stack of each reference, or apply the stack that they are in first.

            """, Render(new ErrorResponse { Error = ErrorCodes.ReferencedResourcesNotFound, Data = Samples.Json("""{"MissingResources":[{"Label":"x","Type":"A::B::C","Stack":"web"}]}"""), Diagnostics = diagnostics }));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(399)]
    [InlineData(401)]
    [InlineData(900)]
    public void A_caret_stays_within_the_line_that_is_shown(int column)
    {
        var document = new Document("x.json", Encoding.UTF8.GetBytes(new string('a', 400)));

        var text = Render(new ErrorResponse { Error = ErrorCodes.InvalidForma, Diagnostics = [new Diagnostic { Code = "X", Summary = "s", Line = 1, Column = column }] }, document);

        Assert.All(text.Split('\n'), line => Assert.InRange(line.Length, 0, 180));
    }

    [Theory]
    [InlineData(ErrorCodes.InvalidForma, ExitCode.InvalidDocument)]
    [InlineData(ErrorCodes.CyclesDetected, ExitCode.InvalidDocument)]
    [InlineData(ErrorCodes.EmptyStackRejected, ExitCode.InvalidDocument)]
    [InlineData(ErrorCodes.ConflictingCommands, ExitCode.Failed)]
    [InlineData(ErrorCodes.InvalidQuery, ExitCode.Usage)]
    public void The_exit_code_tells_a_wrong_document_from_a_refusal(string code, int expected) =>
        Assert.Equal(expected, ErrorText.ExitCodeOf(new FormaeApiException(400, new ErrorResponse { Error = code })));

    private static string Render(ErrorResponse error, Document? document = null)
    {
        using var run = new TestRun();
        ErrorText.Write(run.Context.Terminal.Error, new FormaeApiException(400, error), document);
        return run.Error;
    }
}
