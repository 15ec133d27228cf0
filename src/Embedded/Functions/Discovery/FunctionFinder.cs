using System.Reflection;
using Microsoft.Azure.Functions.Worker;

namespace Formae.Embedded.Functions;

/// <summary>Finds the methods with <see cref="FunctionAttribute"/>: in the app's own assembly and in those it references, such as a library that ships triggers.</summary>
internal static class FunctionFinder
{
    private const BindingFlags Declared = BindingFlags.DeclaredOnly | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance;

    private static readonly string ThisLibrary = typeof(FunctionFinder).Assembly.GetName().Name!;

    public static IEnumerable<Type> TypesOf(Assembly app) => AssembliesOf(app).SelectMany(assembly => assembly.GetTypes());

    public static IEnumerable<MethodInfo> MethodsIn(IEnumerable<Type> types) =>
        from type in types
        where type.IsClass && !type.ContainsGenericParameters && type.Name[0] != '<'
        from method in type.GetMethods(Declared)
        where method.IsDefined(typeof(FunctionAttribute), inherit: false)
        select method;

    private static List<Assembly> AssembliesOf(Assembly app)
    {
        var found = new List<Assembly>();
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var open = new Queue<Assembly>([app]);
        while (open.TryDequeue(out var assembly))
        {
            var references = assembly.GetReferencedAssemblies();
            if (references.Any(reference => reference.Name == ThisLibrary))
                found.Add(assembly);
            foreach (var reference in references)
            {
                if (IsOfAnApp(reference.Name!) && seen.Add(reference.Name!))
                    open.Enqueue(Assembly.Load(reference));
            }
        }

        return found;
    }

    /// <summary>Loading an assembly costs a millisecond: those that cannot hold a function are left alone.</summary>
    private static bool IsOfAnApp(string name) =>
        name != ThisLibrary && !StartsWithAny(name, "System.", "Microsoft.", "Azure.", "Formae.Embedded.", "netstandard", "mscorlib", "SQLitePCLRaw", "OpenTelemetry", "xunit");

    private static bool StartsWithAny(string name, params ReadOnlySpan<string> starts)
    {
        foreach (var start in starts)
        {
            if (name.StartsWith(start, StringComparison.OrdinalIgnoreCase))
                return true;
        }

        return false;
    }
}
