using System.Globalization;
using System.Linq.Expressions;
using System.Reflection;
using System.Runtime.Serialization;
using Azure.Data.Tables;
using Azure.Data.Tables.Models;

namespace Formae.Embedded.Tables;

/// <summary>Translates a predicate over an entity into the text of a filter.</summary>
internal static class FilterExpression
{
    private static readonly HashSet<string> Getters =
    [
        nameof(TableEntity.GetString), nameof(TableEntity.GetBoolean), nameof(TableEntity.GetInt32), nameof(TableEntity.GetInt64),
        nameof(TableEntity.GetDouble), nameof(TableEntity.GetGuid), nameof(TableEntity.GetDateTime), nameof(TableEntity.GetDateTimeOffset),
        nameof(TableEntity.GetBinary), nameof(TableEntity.GetBinaryData),
    ];

    /// <summary>The filter's text; null when every entity passes.</summary>
    /// <exception cref="NotSupportedException">The service has no filter for the expression.</exception>
    public static string? Translate(LambdaExpression predicate)
    {
        ArgumentNullException.ThrowIfNull(predicate);
        var text = Condition(predicate.Body, predicate.Parameters[0]);
        return text == "true" ? null : text;
    }

    private static string Condition(Expression expression, ParameterExpression entity)
    {
        if (!Mentions(expression, entity))
            return (bool)Evaluate(expression)! ? "true" : "false";
        switch (expression)
        {
            case BinaryExpression { NodeType: ExpressionType.AndAlso or ExpressionType.And } and:
                return $"({Condition(and.Left, entity)}) and ({Condition(and.Right, entity)})";
            case BinaryExpression { NodeType: ExpressionType.OrElse or ExpressionType.Or } or:
                return $"({Condition(or.Left, entity)}) or ({Condition(or.Right, entity)})";
            case UnaryExpression { NodeType: ExpressionType.Not } not:
                return $"not ({Condition(not.Operand, entity)})";
            case UnaryExpression { NodeType: ExpressionType.Convert or ExpressionType.Quote } wrapped:
                return Condition(wrapped.Operand, entity);
            case BinaryExpression comparison when Operator(comparison.NodeType) is { } comparer:
                return Comparison(comparison, comparer, entity);
            case MethodCallExpression { Method.Name: "Equals" } equals:
                RefuseStringComparison(equals);
                return equals.Object is { } instance
                    ? Compare(instance, "eq", equals.Arguments[0], entity)
                    : Compare(equals.Arguments[0], "eq", equals.Arguments[1], entity);
            default:
                return Member(expression, entity) is { } member && member.Type == typeof(bool) ? $"{member.Name} eq true" : throw Unsupported(expression);
        }
    }

    private static string Comparison(BinaryExpression comparison, string comparer, ParameterExpression entity)
    {
        var (left, right) = (comparison.Left, comparison.Right);
        if (!Mentions(left, entity))
            (left, right, comparer) = (right, left, Mirrored(comparer));

        // a.CompareTo(b) > 0 and string.Compare(a, b) > 0 are how C# says a > b for strings.
        if (left is not MethodCallExpression { Method.Name: "CompareTo" or "Compare" or "CompareOrdinal" } call)
            return Compare(left, comparer, right, entity);
        RefuseStringComparison(call);
        if (Mentions(right, entity) || Evaluate(right) is not 0)
            throw new NotSupportedException($"{call.Method.Name} can be compared with 0 only: {comparison}.");
        return call.Object is { } instance
            ? Compare(instance, comparer, call.Arguments[0], entity)
            : Compare(call.Arguments[0], comparer, call.Arguments[1], entity);
    }

    private static string Compare(Expression left, string comparer, Expression right, ParameterExpression entity)
    {
        if (!Mentions(left, entity))
            (left, right, comparer) = (right, left, Mirrored(comparer));
        if (Mentions(right, entity) || Member(left, entity) is not { } member)
            throw new NotSupportedException($"A filter compares a property with a value; it cannot say '{left} {comparer} {right}'.");
        return $"{member.Name} {comparer} {Literal(Evaluate(right), member)}";
    }

    private static (string Name, Type Type)? Member(Expression expression, ParameterExpression entity) => expression switch
    {
        UnaryExpression { NodeType: ExpressionType.Convert or ExpressionType.ConvertChecked or ExpressionType.TypeAs } convert => Member(convert.Operand, entity),
        MemberExpression { Member.Name: "Value", Expression: { } nullable } when Nullable.GetUnderlyingType(nullable.Type) is not null => Member(nullable, entity),
        MemberExpression { Expression: { } source } member when Unwrapped(source) == entity =>
            (NameOf(member.Member), Nullable.GetUnderlyingType(member.Type) ?? member.Type),
        MethodCallExpression { Object: { } source, Arguments: [var key] } call when Unwrapped(source) == entity && IsGetter(call.Method.Name) =>
            ((string)Evaluate(key)!, Nullable.GetUnderlyingType(call.Type) ?? call.Type),
        _ => null,
    };

    private static bool IsGetter(string method) => method == "get_Item" || Getters.Contains(method);

    private static Expression Unwrapped(Expression expression) =>
        expression is UnaryExpression { NodeType: ExpressionType.Convert } convert ? Unwrapped(convert.Operand) : expression;

    private static string NameOf(MemberInfo member) =>
        member.DeclaringType == typeof(TableItem) && member.Name == nameof(TableItem.Name) ? "TableName"
        : member.GetCustomAttribute<IgnoreDataMemberAttribute>() is not null ? throw new NotSupportedException($"The property '{member.Name}' is not stored.")
        : member.GetCustomAttribute<DataMemberAttribute>()?.Name ?? member.Name;

    private static string Literal(object? value, (string Name, Type Type) member)
    {
        if (member.Type.IsEnum && value is not null)
            return FilterText.Literal(Enum.ToObject(member.Type, value).ToString()!);
        return value switch
        {
            null => throw new NotSupportedException($"A table stores no nulls: '{member.Name}' cannot be compared with null."),
            string text => FilterText.Literal(text),
            bool flag => flag ? "true" : "false",
            int number => number.ToString(CultureInfo.InvariantCulture),
            long number => FilterText.Literal(number),
            ulong number => FilterText.Literal(unchecked((long)number)),
            double number => Double(number),
            Guid guid => FilterText.Literal(guid),
            DateTimeOffset time => FilterText.Literal(time),
            DateTime time => FilterText.Literal(new DateTimeOffset(time.ToUniversalTime())),
            byte[] bytes => FilterText.Literal(bytes),
            BinaryData data => FilterText.Literal(data.ToArray()),
            _ => throw new NotSupportedException($"A table stores no {value.GetType()}: '{member.Name}' cannot be compared with one."),
        };
    }

    private static string Double(double number)
    {
        var text = number.ToString("R", CultureInfo.InvariantCulture);
        return double.IsFinite(number) && text.AsSpan().IndexOfAny('.', 'E') < 0 ? text + ".0"
            : double.IsPositiveInfinity(number) ? "INF"
            : double.IsNegativeInfinity(number) ? "-INF"
            : text;
    }

    private static void RefuseStringComparison(MethodCallExpression call)
    {
        if (call.Method.GetParameters().Any(parameter => parameter.ParameterType == typeof(StringComparison)))
            throw new NotSupportedException($"The service compares ordinally; {call.Method.Name} with a StringComparison is not supported.");
    }

    private static string? Operator(ExpressionType type) => type switch
    {
        ExpressionType.Equal => "eq",
        ExpressionType.NotEqual => "ne",
        ExpressionType.GreaterThan => "gt",
        ExpressionType.GreaterThanOrEqual => "ge",
        ExpressionType.LessThan => "lt",
        ExpressionType.LessThanOrEqual => "le",
        _ => null,
    };

    private static string Mirrored(string comparer) => comparer switch
    {
        "gt" => "lt",
        "ge" => "le",
        "lt" => "gt",
        "le" => "ge",
        _ => comparer,
    };

    private static object? Evaluate(Expression expression) => expression switch
    {
        ConstantExpression constant => constant.Value,
        MemberExpression { Member: FieldInfo field, Expression: var source } when source is null or ConstantExpression =>
            field.GetValue((source as ConstantExpression)?.Value),
        _ => Expression.Lambda(expression).Compile(preferInterpretation: true).DynamicInvoke(),
    };

    private static bool Mentions(Expression expression, ParameterExpression entity)
    {
        var search = new Search(entity);
        search.Visit(expression);
        return search.Found;
    }

    private static NotSupportedException Unsupported(Expression expression) => new($"The table service has no filter for '{expression}'.");

    private sealed class Search(ParameterExpression entity) : ExpressionVisitor
    {
        public bool Found { get; private set; }

        protected override Expression VisitParameter(ParameterExpression node)
        {
            Found |= node == entity;
            return node;
        }
    }
}
