using Formae.Cost;

const string Usage = """
    simulate --resources N [--verb create|update|delete] [--tier dev|prod] [--backend Scheduler|AzureStorage]
             [--scheduler Consumption|Dedicated] [--scheduler-units N] [--bus Standard|Premium] [--bus-units N]
             [--plugins aws,azure | aws=3,azure=1] [--cloud-latency 500ms] [--cloud-rate N | aws=20,azure=5]
                 the least time and the cost that the published limits and prices allow, and the first bottleneck
    cost [--tier dev|prod]
                 what a tier costs at rest, and for 1,000 operations
    tables       what infra/README.md shows of both tiers, with all limits and prices
    """;

try
{
    var data = CostData.Load();
    var folder = Path.Combine(Root(), "infra", "bicep");
    switch (args)
    {
        case ["simulate", .. var asked]:
            Console.Write(Report.Of(data, Asking.Read(asked, folder)));
            return 0;
        case ["cost", .. var asked]:
            var name = new Options(asked, "tier").Choice("tier", "dev", "prod");
            Console.Write(Report.Tables(data, (name is null ? (string[])["dev", "prod"] : [name]).Select(one => Tier.Read(folder, one))));
            return 0;
        case ["tables"]:
            Console.Write(Document.Generated(data, folder));
            return 0;
        case ["--help" or "help"]:
            Console.WriteLine(Usage);
            return 0;
        default:
            Console.Error.WriteLine(Usage);
            return 2;
    }
}
catch (UsageException e)
{
    Console.Error.WriteLine($"error: {e.Message}");
    return 2;
}

static string Root()
{
    for (var folder = new DirectoryInfo(Environment.CurrentDirectory); folder is not null; folder = folder.Parent)
    {
        if (File.Exists(Path.Combine(folder.FullName, "Formae.Functions.sln")))
            return folder.FullName;
    }

    throw new UsageException("This is not within the repository, whose parameter files are read.");
}
