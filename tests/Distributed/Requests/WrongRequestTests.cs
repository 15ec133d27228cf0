using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Formae.Protocol.Http;

namespace Formae.Distributed.Tests;

/// <summary>Requests whose form is wrong, whatever their document says.</summary>
[Collection(OneSystem.Collection)]
public sealed class WrongRequestTests(OneSystem system)
{
    private const string Document = """{"Stacks":[]}""";

    private ControlPlane Plane => system.Plane;

    [Theory]
    [InlineData("api/v1/commands", Document, "command is ''")]
    [InlineData("api/v1/commands?command=aply", Document, "command is 'aply'")]
    [InlineData("api/v1/commands?command=apply&mode=recncile", Document, "mode is 'recncile'")]
    [InlineData("api/v1/commands?command=destroy&on-dependents=maybe", Document, "on-dependents is 'maybe'")]
    [InlineData(Formae.Distributed.Tests.Requests.Apply, "", "There is no document")]
    public async Task A_field_that_is_wrong_is_named(string path, string document, string message)
    {
        var before = await Plane.StoredAsync();

        var (status, error) = await Plane.PostAsync(document, path: path);

        Assert.Equal((400, ErrorCodes.InvalidRequest), (status, error.Error));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.Equal(before, await Plane.StoredAsync());
    }

    [Theory]
    [InlineData("GET", "api/v1/nope", 404, ErrorCodes.UnknownRoute, "There is nothing at /api/v1/nope.")]
    [InlineData("GET", "", 404, ErrorCodes.UnknownRoute, "There is nothing at /.")]
    [InlineData("GET", "api/v1/commands", 405, ErrorCodes.MethodNotAllowed, "/api/v1/commands is there for POST, and not for GET.")]
    [InlineData("DELETE", "api/v1/targets", 405, ErrorCodes.MethodNotAllowed, "and not for DELETE.")]
    public async Task What_no_function_answers_is_refused_in_the_shape_of_the_API(string method, string path, int status, string code, string message)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        using var answer = await Plane.Http.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal((status, "application/json"), ((int)answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
        var error = JsonSerializer.Deserialize(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), HttpJson.Default.ErrorResponse)!;
        Assert.Equal(code, error.Error);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_function_that_finds_nothing_still_answers_for_itself()
    {
        using var answer = await Plane.Http.GetAsync("api/v1/targets?query=label:nosuch", TestContext.Current.CancellationToken);

        Assert.Contains(ErrorCodes.NotFound, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whoever_does_not_say_who_he_is_is_asked_to()
    {
        var (status, error) = await Plane.PostAsync(Document, client: null);

        Assert.Equal((400, ErrorCodes.InvalidRequest), (status, error.Error));
        Assert.Contains("Client-ID", error.Message, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.BadRequest, (await Plane.Http.GetAsync("api/v1/commands/status", TestContext.Current.CancellationToken)).StatusCode);
    }

    [Fact]
    public async Task A_form_without_a_document_is_told_the_name_of_the_part()
    {
        using var form = new MultipartFormDataContent { { new StringContent("apply"), "command" }, { new StringContent(Document), "document", "forma.json" } };

        var (status, error) = await Plane.PostAsync(form, "api/v1/commands");

        Assert.Equal((400, ErrorCodes.InvalidRequest), (status, error.Error));
        Assert.Contains("'file'", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("multipart/form-data", "--x\r\n\r\n")]
    [InlineData("multipart/form-data; boundary=x", "no part at all")]
    [InlineData("multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"command\"\r\n\r\nappl")]
    [InlineData("multipart/form-data; boundary=x", "--x\r\nwhat is this\r\n\r\napply\r\n--x--\r\n")]
    public async Task A_form_that_cannot_be_read_is_refused(string type, string body)
    {
        var (status, error) = await Plane.PostAsync(body, type, "api/v1/commands");

        Assert.Equal((400, ErrorCodes.InvalidRequest), (status, error.Error));
        Assert.Contains("form", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, false)]
    [InlineData(false, true)]
    public async Task A_hundred_megabytes_are_refused_and_not_kept_in_memory(bool withLength, bool asForm)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Reads the process's memory as Linux tells it.");
        var coordinator = Plane.Children["coordinator"];
        var before = Processes.PeakOf(coordinator);
        using var spaces = new SpacesContent(100L * 1024 * 1024, withLength);
        using var form = new MultipartFormDataContent { { new StringContent("apply"), "command" }, { spaces, "file", "big.json" } };

        var (status, error) = await Plane.PostAsync(asForm ? form : spaces);

        Assert.Equal((413, ErrorCodes.TooLarge), (status, error.Error));
        Assert.Contains("Split", error.Message, StringComparison.Ordinal);
        var grown = (Processes.PeakOf(coordinator) - before) / (1024 * 1024);
        TestContext.Current.SendDiagnosticMessage(string.Create(CultureInfo.InvariantCulture, $"length {withLength}, form {asForm}: {spaces.Sent >> 20} MB were sent, the coordinator's peak grew by {grown} MB"));
        Assert.True(grown < 200, $"The coordinator's peak grew by {grown} MB.");
    }

    [Theory]
    [InlineData("api/v1/commands/none/status", "NotFound")]
    [InlineData("api/v1/resources?query=nonsense", "InvalidQueryError")]
    [InlineData("api/v1/resources/by-ksuid/none", "InvalidRequest")]
    [InlineData("api/v1/commands/status?max_results=many", "InvalidRequest")]
    [InlineData("api/v1/plugins/nobody", "PluginNotFound")]
    public async Task A_question_about_nothing_has_an_answer_of_its_own(string path, string code)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Add(Headers.ClientId, "tests");
        using var answer = await Plane.Http.SendAsync(request, TestContext.Current.CancellationToken);

        var error = System.Text.Json.JsonSerializer.Deserialize(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), HttpJson.Default.ErrorResponse)!;
        Assert.Equal(code, error.Error);
        Assert.False(string.IsNullOrEmpty(error.Message));
    }

    /// <summary>A body that is made while it is sent, and only when the server wants it.</summary>
    private sealed class SpacesContent : HttpContent
    {
        private readonly long _length;
        private readonly bool _withLength;

        public SpacesContent(long length, bool withLength)
        {
            (_length, _withLength) = (length, withLength);
            Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }

        public long Sent { get; private set; }

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            var spaces = new byte[64 * 1024];
            Array.Fill(spaces, (byte)' ');
            while (Sent < _length)
            {
                await stream.WriteAsync(spaces);
                Sent += spaces.Length;
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = _length;
            return _withLength;
        }
    }
}
