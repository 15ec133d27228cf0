using System.Collections.Concurrent;
using System.Reflection;
using Microsoft.DurableTask.Entities;

namespace Formae.Embedded.DurableTask.Entities;

/// <summary>One operation of an entity class: a public method, found without regard to case, with its parameters bound by type.</summary>
internal sealed class EntityMethod
{
    private static readonly ConcurrentDictionary<(Type, string), EntityMethod?> Known = new();

    private readonly MethodInfo _method;
    private readonly MethodInvoker _invoker;
    private readonly ParameterInfo[] _parameters;
    private readonly PropertyInfo? _result;

    private EntityMethod(MethodInfo method)
    {
        _method = method;
        _invoker = MethodInvoker.Create(method);
        _parameters = method.GetParameters();
        _result = ResultOf(method.ReturnType);
        if (_parameters.Count(parameter => parameter.ParameterType == typeof(TaskEntityContext)) > 1 || _parameters.Count(IsInput) > 1)
            throw new InvalidOperationException($"The entity operation '{method.DeclaringType}.{method.Name}' may have one input and one {nameof(TaskEntityContext)} parameter.");
    }

    /// <exception cref="AmbiguousMatchException">The operation has overloads.</exception>
    public static EntityMethod? Find(Type type, string operation) => Known.GetOrAdd((type, operation), static key =>
    {
        var method = key.Item1.GetMethod(key.Item2, BindingFlags.Public | BindingFlags.Instance | BindingFlags.IgnoreCase);
        return method is null || method.IsGenericMethodDefinition ? null : new EntityMethod(method);
    });

    public async ValueTask<object?> InvokeAsync(object target, TaskEntityOperation operation)
    {
        var arguments = _parameters.Length == 0 ? [] : new object?[_parameters.Length];
        for (var i = 0; i < arguments.Length; i++)
            arguments[i] = Argument(_parameters[i], operation);
        var answer = _invoker.Invoke(target, arguments.AsSpan());
        switch (answer)
        {
            case Task task:
                await task;
                break;
            case ValueTask task:
                await task;
                break;
            case not null when _method.ReturnType.IsGenericType && _method.ReturnType.GetGenericTypeDefinition() == typeof(ValueTask<>):
                answer = _method.ReturnType.GetMethod(nameof(ValueTask<int>.AsTask))!.Invoke(answer, null);
                await (Task)answer!;
                break;
            default:
                return answer;
        }

        return _result?.GetValue(answer);
    }

    private static bool IsInput(ParameterInfo parameter) => parameter.ParameterType != typeof(TaskEntityContext);

    private static object? Argument(ParameterInfo parameter, TaskEntityOperation operation)
    {
        if (!IsInput(parameter))
            return operation.Context;
        if (operation.HasInput)
            return operation.GetInput(parameter.ParameterType);
        return parameter.HasDefaultValue
            ? parameter.DefaultValue
            : throw new InvalidOperationException($"Error binding parameter '{parameter.Name}' of entity operation '{operation}': it has no default and the operation has no input.");
    }

    private static PropertyInfo? ResultOf(Type returned)
    {
        if (!returned.IsGenericType)
            return null;
        var shape = returned.GetGenericTypeDefinition();
        return shape == typeof(Task<>) || shape == typeof(ValueTask<>)
            ? typeof(Task<>).MakeGenericType(returned.GetGenericArguments()).GetProperty(nameof(Task<int>.Result))
            : null;
    }
}
