using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using static System.Reflection.BindingFlags;

namespace Formae.Architecture.Tests;

/// <summary>
/// What an assembly shows to others, a line each: <c>namespace | type</c> or <c>namespace | type | member</c>. Attributes, inherited members,
/// explicit implementations and what the compiler adds to a record are left out.
/// </summary>
internal static class PublicSurface
{
    private const BindingFlags Declared = Public | NonPublic | Instance | Static | DeclaredOnly;

    public static IReadOnlyList<string> Of(Assembly assembly) =>
        [.. assembly.GetExportedTypes().SelectMany(Lines).Order(StringComparer.Ordinal)];

    private static IEnumerable<string> Lines(Type type)
    {
        yield return $"{type.Namespace} | {Declaration(type)}";
        if (IsDelegate(type))
            yield break;
        var prefix = $"{type.Namespace} | {PublicSurfaceNames.Declared(type)} | ";
        if (type.IsEnum)
        {
            foreach (var name in type.GetEnumNames())
                yield return $"{prefix}{name} = {Enum.Parse(type, name):D}";
            yield break;
        }

        foreach (var member in type.GetMembers(Declared).Select(Member).OfType<string>())
            yield return prefix + member;
    }

    private static string Declaration(Type type)
    {
        var access = type.IsNestedFamily || type.IsNestedFamORAssem ? "protected " : "public ";
        var name = PublicSurfaceNames.Declared(type);
        if (IsDelegate(type))
        {
            var invoke = type.GetMethod("Invoke")!;
            return $"{access}delegate {PublicSurfaceNames.Of(invoke.ReturnParameter)} {name}({Parameters(invoke)}){Constraints(type.GetGenericArguments())}";
        }

        if (type.IsEnum)
            return $"{access}enum {name} : {PublicSurfaceNames.Of(type.GetEnumUnderlyingType())}";
        var kind = type.IsInterface ? "interface"
            : type.IsValueType ? (type.IsDefined(typeof(IsReadOnlyAttribute)) ? "readonly struct" : "struct")
            : type.GetMethod("<Clone>$") is not null ? "record"
            : "class";
        var modifier = type.IsInterface || type.IsValueType ? ""
            : type is { IsAbstract: true, IsSealed: true } ? "static "
            : type.IsAbstract ? "abstract "
            : type.IsSealed ? "sealed "
            : "";
        return $"{access}{modifier}{kind} {name}{Constraints(type.GetGenericArguments())}{Bases(type)}";
    }

    private static string Bases(Type type)
    {
        var inherited = type.BaseType?.GetInterfaces() ?? [];
        List<string> bases = type.BaseType is { } parent && parent != typeof(object) && parent != typeof(ValueType) ? [PublicSurfaceNames.Of(parent)] : [];
        bases.AddRange(type.GetInterfaces().Where(each => each.IsVisible && !inherited.Contains(each)).Select(PublicSurfaceNames.Of).Order(StringComparer.Ordinal));
        return bases.Count == 0 ? "" : " : " + string.Join(", ", bases);
    }

    private static bool IsDelegate(Type type) => type.BaseType == typeof(MulticastDelegate);

    private static string? Member(MemberInfo member) => member switch
    {
        ConstructorInfo constructor when Access(constructor) is { } access && !constructor.IsStatic && !IsGenerated(constructor) =>
            $"{access}{PublicSurfaceNames.Bare(constructor.DeclaringType!)}({Parameters(constructor)})",
        MethodInfo method when Access(method) is { } access && !IsGenerated(method) && !IsAccessor(method) =>
            $"{access}{Modifiers(method)}{Signature(method)}",
        PropertyInfo property when !IsGenerated(property) && property.Name != "EqualityContract" => Property(property),
        EventInfo { AddMethod: { } add } happening when Access(add) is { } access =>
            $"{access}{Modifiers(add)}event {PublicSurfaceNames.Of(happening)} {happening.Name}",
        FieldInfo field when FieldAccess(field) is { } access => $"{access}{FieldModifiers(field)}{PublicSurfaceNames.Of(field)} {field.Name}{Constant(field)}",
        _ => null,
    };

    private static bool IsAccessor(MethodInfo method) => method.IsSpecialName && !method.Name.StartsWith("op_", StringComparison.Ordinal);

    private static string Constant(FieldInfo field) => field.IsLiteral ? " = " + Literal(field.GetRawConstantValue(), field.FieldType) : "";

    private static string? Property(PropertyInfo property)
    {
        var (getter, setter) = (property.GetMethod, property.SetMethod);
        var (getAccess, setAccess) = (getter is null ? null : Access(getter), setter is null ? null : Access(setter));
        var wider = getAccess is not null && (getAccess is "" or "public " || setAccess is not "public ") ? getter : setter;
        if (wider is null || Access(wider) is not { } access)
            return null;
        var init = setter?.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit)) == true;
        var get = getAccess is null ? "" : $"{(getAccess == access ? "" : getAccess)}get; ";
        var set = setAccess is null ? "" : $"{(setAccess == access ? "" : setAccess)}{(init ? "init" : "set")}; ";
        var required = property.IsDefined(typeof(RequiredMemberAttribute)) ? "required " : "";
        var name = property.GetIndexParameters() is { Length: > 0 } index ? $"this[{string.Join(", ", index.Select(Parameter))}]" : property.Name;
        return $"{access}{Modifiers(wider)}{required}{PublicSurfaceNames.Of(property)} {name} {{ {get}{set}}}";
    }

    // The empty text inside an interface, where everything is public; null for what others cannot see.
    private static string? Access(MethodBase method) => method switch
    {
        { DeclaringType.IsInterface: true, IsPublic: true } => "",
        { IsPublic: true } => "public ",
        { IsFamily: true } => "protected ",
        { IsFamilyOrAssembly: true } => "protected internal ",
        _ => null,
    };

    private static string? FieldAccess(FieldInfo field) => field switch
    {
        { IsSpecialName: true } => null,
        { IsPublic: true } => "public ",
        { IsFamily: true } => "protected ",
        { IsFamilyOrAssembly: true } => "protected internal ",
        _ => null,
    };

    private static bool IsGenerated(MemberInfo member) => member.IsDefined(typeof(CompilerGeneratedAttribute));

    private static string Modifiers(MethodInfo method) => method switch
    {
        { IsStatic: true } => "static ",
        { DeclaringType.IsInterface: true } => "",
        _ when method.GetBaseDefinition() != method => method.IsFinal ? "sealed override " : "override ",
        { IsAbstract: true } => "abstract ",
        { IsVirtual: true, IsFinal: false } => "virtual ",
        _ => "",
    };

    private static string FieldModifiers(FieldInfo field) => field switch
    {
        { IsLiteral: true } => "const ",
        { IsStatic: true, IsInitOnly: true } => "static readonly ",
        { IsStatic: true } => "static ",
        { IsInitOnly: true } => "readonly ",
        _ => "",
    };

    private static string Signature(MethodInfo method)
    {
        var result = PublicSurfaceNames.Of(method.ReturnParameter);
        var parameters = Parameters(method);
        var generic = method.IsGenericMethod ? $"<{string.Join(", ", method.GetGenericArguments().Select(argument => argument.Name))}>" : "";
        return method.Name switch
        {
            "op_Implicit" => $"implicit operator {result}({parameters})",
            "op_Explicit" => $"explicit operator {result}({parameters})",
            "op_Equality" => $"{result} operator ==({parameters})",
            "op_Inequality" => $"{result} operator !=({parameters})",
            _ => $"{result} {method.Name}{generic}({parameters}){(method.IsGenericMethod ? Constraints(method.GetGenericArguments()) : "")}",
        };
    }

    private static string Constraints(Type[] parameters) => string.Concat(parameters.Select(parameter =>
    {
        var special = parameter.GenericParameterAttributes;
        var constraints = new List<string>();
        if (special.HasFlag(GenericParameterAttributes.ReferenceTypeConstraint))
            constraints.Add("class");
        if (special.HasFlag(GenericParameterAttributes.NotNullableValueTypeConstraint))
            constraints.Add("struct");
        constraints.AddRange(parameter.GetGenericParameterConstraints().Where(type => type != typeof(ValueType)).Select(PublicSurfaceNames.Of));
        if (constraints.Count == 0 && PublicSurfaceNames.IsNotNull(parameter) && special == GenericParameterAttributes.None)
            constraints.Add("notnull");
        if (special.HasFlag(GenericParameterAttributes.DefaultConstructorConstraint) && !constraints.Contains("struct"))
            constraints.Add("new()");
        return constraints.Count == 0 ? "" : $" where {parameter.Name} : {string.Join(", ", constraints)}";
    }));

    private static string Parameters(MethodBase method)
    {
        var parameters = string.Join(", ", method.GetParameters().Select(Parameter));
        return method.IsDefined(typeof(ExtensionAttribute)) ? "this " + parameters : parameters;
    }

    private static string Parameter(ParameterInfo parameter)
    {
        var passing = parameter.IsDefined(typeof(ParamArrayAttribute)) ? "params "
            : !parameter.ParameterType.IsByRef ? ""
            : parameter.IsOut ? "out "
            : parameter.IsIn ? "in "
            : "ref ";
        var preset = parameter.HasDefaultValue ? " = " + Literal(parameter.RawDefaultValue, parameter.ParameterType) : "";
        return $"{passing}{PublicSurfaceNames.Of(parameter)} {parameter.Name}{preset}";
    }

    private static string Literal(object? value, Type type)
    {
        var plain = Nullable.GetUnderlyingType(type) ?? type;
        return value switch
        {
            null => type.IsGenericParameter || (type.IsValueType && plain == type) ? "default" : "null",
            _ when plain.IsEnum => Enum.ToObject(plain, value).ToString()!,
            string text => $"\"{text}\"",
            bool flag => flag ? "true" : "false",
            _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
        };
    }
}
