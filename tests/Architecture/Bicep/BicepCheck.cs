namespace Formae.Architecture.Tests.Bicep;

/// <summary>What a compiler would say about names: those that nobody declared, those that nobody uses, and modules that are not called as they ask to be.</summary>
internal static class BicepCheck
{
    /// <summary>Functions of Bicep that the files use; another one is added here by whoever uses it.</summary>
    private static readonly string[] Functions =
    [
        "bool", "cidrSubnet", "concat", "contains", "empty", "environment", "filter", "guid", "items", "join", "length", "map",
        "readEnvironmentVariable", "replace", "resourceGroup", "string", "subscription", "subscriptionResourceId", "tenant", "union", "uniqueString",
    ];

    public static IEnumerable<string> Mistakes(BicepFile file, Func<string, BicepFile> open)
    {
        var names = file.Declarations.SelectMany(declaration => declaration.Kind == "import" ? declaration.Name.Split(',', StringSplitOptions.TrimEntries) : [declaration.Name]).Where(name => name.Length > 0).ToHashSet(StringComparer.Ordinal);
        var used = new HashSet<string>(StringComparer.Ordinal);
        var mistakes = new List<string>();
        foreach (var declaration in file.Declarations)
            Walk(declaration, [.. names]);
        mistakes.AddRange(file.Declarations.Where(declaration => declaration.Kind is "param" or "var" or "import" && file.Of("using").FirstOrDefault() is null)
            .SelectMany(declaration => declaration.Name.Split(',', StringSplitOptions.TrimEntries).Select(name => (declaration.Line, Name: name)))
            .Where(name => !used.Contains(name.Name))
            .Select(name => $"{file.Path}:{name.Line}: nobody uses '{name.Name}'."));
        mistakes.AddRange(file.Of("module").SelectMany(module => Calls(file, module, open(module.Type))));
        mistakes.AddRange(file.Nodes.SelectMany(node => Outputs(file, node, open)));
        return mistakes;

        void Walk(Declaration declaration, HashSet<string> known)
        {
            foreach (var word in declaration.Type.Split([' ', '[', ']', '?', '{', '}', '|', ':', '\n'], StringSplitOptions.RemoveEmptyEntries))
                used.Add(word);
            if (declaration.Value is not null)
                Look(declaration.Value, known, declaration.Line);
        }

        void Look(Node node, HashSet<string> known, int line)
        {
            switch (node)
            {
                case Node.Symbol symbol:
                    used.Add(symbol.Name);
                    if (!known.Contains(symbol.Name))
                        mistakes.Add($"{file.Path}:{line}: nobody declares '{symbol.Name}'.");
                    return;
                case Node.Call { Of: null } call when !Functions.Contains(call.Function):
                    mistakes.Add($"{file.Path}:{line}: '{call.Function}' is no function that is known here.");
                    break;
                case Node.Loop loop:
                    Look(loop.Source, known, line);
                    Look(loop.Body, [.. known, loop.Variable, .. loop.Index is { } index ? [index] : Array.Empty<string>()], line);
                    return;
                case Node.Lambda lambda:
                    Look(lambda.Body, [.. known, .. lambda.Parameters], line);
                    return;
                case Node.Map map:
                    HashSet<string> within = [.. known, .. map.Resources.Select(resource => resource.Name)];
                    foreach (var resource in map.Resources)
                        Walk(resource, within);
                    foreach (var (name, value) in map.Properties)
                    {
                        Look(name, within, line);
                        Look(value, within, line);
                    }

                    return;
            }

            foreach (var child in node.Children)
                Look(child, known, line);
        }
    }

    /// <summary>The parameters of a module: all that it needs, and none that it does not know.</summary>
    private static IEnumerable<string> Calls(BicepFile file, Declaration module, BicepFile called)
    {
        var given = (module.Body["params"] as Node.Map)?.Properties.Select(property => (property.Name as Node.Text)?.Plain).OfType<string>().ToList() ?? [];
        foreach (var name in given.Except(called.Of("param").Select(param => param.Name)))
            yield return $"{file.Path}:{module.Line}: {called.Path} knows no parameter '{name}'.";
        foreach (var name in called.Of("param").Where(param => param.Value is null && !param.Type.EndsWith('?')).Select(param => param.Name).Except(given))
            yield return $"{file.Path}:{module.Line}: {called.Path} needs the parameter '{name}'.";
    }

    /// <summary><c>module.outputs.name</c>.</summary>
    private static IEnumerable<string> Outputs(BicepFile file, Node node, Func<string, BicepFile> open)
    {
        if (node is not Node.Member { Of: Node.Member { Name: "outputs", Of: var of }, Name: var output })
            yield break;
        var symbol = of is Node.Item item ? item.Of : of;
        var module = file.Of("module").FirstOrDefault(module => symbol is Node.Symbol named && module.Name == named.Name);
        if (module is null)
            yield return $"{file.Path}: '.outputs.{output}' is asked of what is no module.";
        else if (open(module.Type).Of("output").All(declared => declared.Name != output))
            yield return $"{file.Path}: {module.Type} has no output '{output}'.";
    }
}
