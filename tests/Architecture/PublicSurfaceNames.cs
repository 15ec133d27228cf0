using System.Reflection;
using System.Runtime.CompilerServices;

namespace Formae.Architecture.Tests;

/// <summary>Types as C# writes them, with the question marks of nullable references where the code says so.</summary>
internal static class PublicSurfaceNames
{
    private const byte Annotated = 2;

    private static readonly Dictionary<Type, string> Keywords = new()
    {
        [typeof(void)] = "void",
        [typeof(object)] = "object",
        [typeof(string)] = "string",
        [typeof(bool)] = "bool",
        [typeof(char)] = "char",
        [typeof(byte)] = "byte",
        [typeof(sbyte)] = "sbyte",
        [typeof(short)] = "short",
        [typeof(ushort)] = "ushort",
        [typeof(int)] = "int",
        [typeof(uint)] = "uint",
        [typeof(long)] = "long",
        [typeof(ulong)] = "ulong",
        [typeof(float)] = "float",
        [typeof(double)] = "double",
        [typeof(decimal)] = "decimal",
    };

    public static string Of(ParameterInfo parameter) => Write(parameter.ParameterType, Flags(parameter, parameter.Member));

    public static string Of(PropertyInfo property) => Write(property.PropertyType, Flags(property, property));

    public static string Of(FieldInfo field) => Write(field.FieldType, Flags(field, field));

    public static string Of(EventInfo member) => Write(member.EventHandlerType!, Flags(member, member));

    /// <summary>A type without marks: as a base, an interface or a constraint.</summary>
    public static string Of(Type type) => Write(type, new Queue<byte>());

    /// <summary>The name by which a type introduces itself or its members: with the types it is nested in and its own parameters.</summary>
    public static string Declared(Type type)
    {
        var name = Bare(type);
        var own = type.GetGenericArguments().Skip(type.DeclaringType?.GetGenericArguments().Length ?? 0).ToArray();
        if (own.Length > 0)
            name += $"<{string.Join(", ", own.Select(parameter => parameter.Name))}>";
        return type.DeclaringType is { } outer ? $"{Declared(outer)}.{name}" : name;
    }

    public static string Bare(MemberInfo type) => type.Name.Split('`')[0];

    /// <summary>The flag that holds for a type parameter's own constraint: 1 is <c>notnull</c> where nothing else is asked.</summary>
    public static bool IsNotNull(Type parameter) =>
        Flags(parameter.CustomAttributes) is { Count: > 0 } own ? own.Peek() == 1 : Context((MemberInfo?)parameter.DeclaringMethod ?? parameter.DeclaringType!) == 1;

    private static string Write(Type type, Queue<byte> flags)
    {
        if (type.IsByRef)
            return Write(type.GetElementType()!, flags);
        if (Nullable.GetUnderlyingType(type) is { } underlying)
            return Write(underlying, flags) + "?";
        var takesFlag = !type.IsValueType || type.IsGenericType;
        var mark = takesFlag && Take(flags) == Annotated && (!type.IsValueType || type.IsGenericParameter) ? "?" : "";
        if (type.IsArray)
            return $"{Write(type.GetElementType()!, flags)}[]{mark}";
        if (Keywords.TryGetValue(type, out var keyword))
            return keyword + mark;
        if (type.IsGenericParameter)
            return type.Name + mark;
        var name = Bare(type);
        var outer = type.DeclaringType is { } declaring ? Bare(declaring) + "." : "";
        if (!type.IsGenericType)
            return outer + name + mark;
        var arguments = type.GetGenericArguments().Select(argument => Write(argument, flags)).ToList();
        return $"{outer}{name}<{string.Join(", ", arguments)}>{mark}";
    }

    // One flag stands for all parts of the type; several stand one for each part.
    private static byte Take(Queue<byte> flags) => flags.Count switch
    {
        0 => 0,
        1 => flags.Peek(),
        _ => flags.Dequeue(),
    };

    private static Queue<byte> Flags(ICustomAttributeProvider part, MemberInfo member)
    {
        var attributes = part is ParameterInfo parameter ? parameter.CustomAttributes : ((MemberInfo)part).CustomAttributes;
        var own = Flags(attributes);
        return own.Count > 0 ? own : new Queue<byte>([Context(member)]);
    }

    private static Queue<byte> Flags(IEnumerable<CustomAttributeData> attributes)
    {
        var attribute = attributes.FirstOrDefault(attribute => attribute.AttributeType.FullName == typeof(NullableAttribute).FullName);
        return attribute?.ConstructorArguments[0].Value switch
        {
            // A run of equal flags is stored once, so a queue of several never runs dry before the type ends.
            byte one => new Queue<byte>([one]),
            IEnumerable<CustomAttributeTypedArgument> many => new Queue<byte>(many.Select(flag => (byte)flag.Value!).Append((byte)0)),
            _ => new Queue<byte>(),
        };
    }

    private static byte Context(MemberInfo? member)
    {
        // A property has no context of its own: its accessors have.
        var start = member is PropertyInfo property ? property.GetMethod ?? property.SetMethod : member is EventInfo happening ? happening.AddMethod : member;
        for (; start is not null; start = start.DeclaringType)
        {
            var attribute = start.CustomAttributes.FirstOrDefault(attribute => attribute.AttributeType.FullName == typeof(NullableContextAttribute).FullName);
            if (attribute is not null)
                return (byte)attribute.ConstructorArguments[0].Value!;
        }

        return 0;
    }
}
