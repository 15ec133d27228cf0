using System.Collections;
using System.Collections.Immutable;
using System.Text.Json;
using Azure;
using Azure.Messaging.ServiceBus;
using Formae.Coordinator.Http.Access;
using Formae.Embedded.Functions;
using Formae.Protocol.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Formae.Coordination.Tests.Acceptance;

/// <summary>What stands around every HTTP function.</summary>
public sealed class AccessControlTests
{
    private static readonly (string, string)[] Controlled = [("Formae:Access:Keys:reader:0", new string('0', 64))];

    [Fact]
    public async Task A_failure_is_answered_in_the_shape_of_the_API_and_says_nothing_of_itself()
    {
        var (status, error) = await InvokeAsync("GetStats", [], () => throw new InvalidOperationException("the secret of the store"));

        Assert.Equal((500, ErrorCodes.InternalError), (status, error!.Error));
        Assert.Contains("the-invocation", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Unreachable))]
    public async Task Storage_that_does_not_answer_is_told_from_a_mistake(Exception failure)
    {
        var (status, error) = await InvokeAsync("GetStats", [], () => throw failure);

        Assert.Equal((503, ErrorCodes.StorageUnavailable), (status, error!.Error));
        Assert.DoesNotContain("secret", error.Message, StringComparison.Ordinal);
    }

    public static TheoryData<Exception> Unreachable =>
    [
        new RequestFailedException("the secret of the store"),
        new RequestFailedException(503, "the secret of the store"),
        new ServiceBusException("the secret of the bus", ServiceBusFailureReason.ServiceCommunicationProblem),
        new Grpc.Core.RpcException("Unknown"),
    ];

    [Fact]
    public async Task A_request_that_storage_refuses_is_a_mistake_of_ours()
    {
        var (status, error) = await InvokeAsync("GetStats", [], () => throw new RequestFailedException(400, "the secret of the store"));

        Assert.Equal((500, ErrorCodes.InternalError), (status, error!.Error));
    }

    [Fact]
    public async Task A_function_that_is_refused_does_not_run()
    {
        var ran = false;

        var (status, error) = await InvokeAsync("GetStats", Controlled, () => ran = true);

        Assert.Equal((401, ErrorCodes.Unauthorized, false), (status, error!.Error, ran));
        Assert.Equal((200, null), await InvokeAsync("GetHealth", Controlled, () => ran = true));
        Assert.True(ran);
    }

    [Fact]
    public void Only_HTTP_functions_have_callers()
    {
        Assert.True(AccessControl.Concerns(new Invocation("ListStacks", new DefaultHttpContext())));
        Assert.False(AccessControl.Concerns(new Invocation("CommandOrchestrator", new DefaultHttpContext())));
    }

    private static async Task<(int Status, ErrorResponse? Error)> InvokeAsync(string function, (string, string)[] settings, Action run)
    {
        var http = new DefaultHttpContext { RequestServices = new ServiceCollection().AddLogging().BuildServiceProvider() };
        http.Response.Body = new MemoryStream();
        var invocation = new Invocation(function, http);
        await new AccessControl(HttpCaller.Gate(settings), NullLogger<AccessControl>.Instance).Invoke(invocation, _ =>
        {
            run();
            return Task.CompletedTask;
        });
        if (invocation.Result is not IResult answer)
            return (200, null);
        await answer.ExecuteAsync(http);
        http.Response.Body.Position = 0;
        return (http.Response.StatusCode, await JsonSerializer.DeserializeAsync(http.Response.Body, HttpJson.Default.ErrorResponse, TestContext.Current.CancellationToken));
    }

    private sealed class Invocation : FunctionContext, IResultFeature, IInvocationFeatures
    {
        public Invocation(string function, HttpContext http) => (FunctionDefinition, Items) = (new Definition(function), new Dictionary<object, object> { [HttpCall.ContextKey] = http });

        public object? Result { get; set; }

        public override string InvocationId => "the-invocation";

        public override string FunctionId => FunctionDefinition.Id;

        public override FunctionDefinition FunctionDefinition { get; }

        public override IDictionary<object, object> Items { get; set; }

        public override IInvocationFeatures Features => this;

        public override TraceContext TraceContext => throw new NotSupportedException();

        public override BindingContext BindingContext => throw new NotSupportedException();

        public override RetryContext RetryContext => throw new NotSupportedException();

        public override IServiceProvider InstanceServices { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public void Set<T>(T instance) => throw new NotSupportedException();

        public T? Get<T>() => (T)(object)this;

        public IEnumerator<KeyValuePair<Type, object>> GetEnumerator() => throw new NotSupportedException();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }

    private sealed class Definition(string name) : FunctionDefinition
    {
        public override string Name => name;

        public override string Id => name;

        public override string EntryPoint => name;

        public override string PathToAssembly => "";

        public override ImmutableArray<FunctionParameter> Parameters => [];

        public override IImmutableDictionary<string, BindingMetadata> InputBindings => ImmutableDictionary<string, BindingMetadata>.Empty;

        public override IImmutableDictionary<string, BindingMetadata> OutputBindings => ImmutableDictionary<string, BindingMetadata>.Empty;
    }
}
