using System.Reflection;

namespace Formae.Embedded.Functions;

/// <summary>Turns what a method returns (a value, a Task or ValueTask of one) into the function's result.</summary>
internal static class ReturnedValue
{
    private static readonly MethodInfo OfTaskMethod = typeof(ReturnedValue).GetMethod(nameof(OfTask), BindingFlags.NonPublic | BindingFlags.Static)!;
    private static readonly MethodInfo OfValueTaskMethod = typeof(ReturnedValue).GetMethod(nameof(OfValueTask), BindingFlags.NonPublic | BindingFlags.Static)!;

    public static Func<object?, ValueTask<object?>> UnwrapperOf(FunctionDescriptor function)
    {
        var type = function.Method.ReturnType;
        if (type == typeof(Task))
            return OfPlainTask;
        if (type == typeof(ValueTask))
            return OfPlainValueTask;
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Task<>))
            return For(OfTaskMethod, type);
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ValueTask<>))
            return For(OfValueTaskMethod, type);
        return static value => new(value);
    }

    /// <summary>The type of the result itself; void when there is none.</summary>
    public static Type TypeOf(MethodInfo method)
    {
        var type = method.ReturnType;
        if (type == typeof(Task) || type == typeof(ValueTask))
            return typeof(void);
        return type.IsGenericType && (type.GetGenericTypeDefinition() == typeof(Task<>) || type.GetGenericTypeDefinition() == typeof(ValueTask<>)) ? type.GetGenericArguments()[0] : type;
    }

    private static Func<object?, ValueTask<object?>> For(MethodInfo unwrapper, Type type) =>
        unwrapper.MakeGenericMethod(type.GetGenericArguments()[0]).CreateDelegate<Func<object?, ValueTask<object?>>>();

    private static async ValueTask<object?> OfPlainTask(object? returned)
    {
        await (Task)returned!;
        return null;
    }

    private static async ValueTask<object?> OfPlainValueTask(object? returned)
    {
        await (ValueTask)returned!;
        return null;
    }

    private static async ValueTask<object?> OfTask<T>(object? returned) => await (Task<T>)returned!;

    private static async ValueTask<object?> OfValueTask<T>(object? returned) => await (ValueTask<T>)returned!;
}
