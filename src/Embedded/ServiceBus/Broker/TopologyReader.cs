using System.Text.Json;
using System.Xml;

namespace Formae.Embedded.ServiceBus;

/// <summary>Reads the Service Bus emulator's Config.json, so that one file serves the emulator and the embedded broker. Keys it does not know are ignored.</summary>
internal static class TopologyReader
{
    private static readonly JsonDocumentOptions Lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    public static BrokerTopology Read(string json)
    {
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(json, Lenient);
        }
        catch (JsonException e)
        {
            throw new FormatException($"The bus configuration is no JSON: {e.Message}", e);
        }

        using (document)
        {
            var root = new Node(document.RootElement, "$").Member("UserConfig") ?? throw new FormatException("$.UserConfig: missing in the bus configuration.");
            var queues = new List<QueueDefinition>();
            var topics = new List<TopicDefinition>();
            foreach (var space in root.Items("Namespaces"))
            {
                queues.AddRange(space.Items("Queues").Select(queue => new QueueDefinition(queue.Name()) { Properties = Properties(queue) }));
                topics.AddRange(space.Items("Topics").Select(topic => new TopicDefinition(topic.Name(), [.. topic.Items("Subscriptions").Select(Subscription)]) { Properties = Properties(topic) }));
            }

            RefuseRepeated(queues.Select(queue => queue.Name).Concat(topics.Select(topic => topic.Name)), "$.UserConfig.Namespaces");
            foreach (var topic in topics)
                RefuseRepeated(topic.Subscriptions.Select(subscription => subscription.Name), $"the subscriptions of '{topic.Name}'");
            return new BrokerTopology(queues, topics);
        }
    }

    private static void RefuseRepeated(IEnumerable<string> names, string where)
    {
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var name in names)
        {
            if (!seen.Add(name))
                throw new FormatException($"{where}: '{name}' is there twice.");
        }
    }

    private static SubscriptionDefinition Subscription(Node node) => new(node.Name(), [.. node.Items("Rules").Select(Rule)]) { Properties = Properties(node) };

    private static QueueProperties Properties(Node entity)
    {
        var defaults = new QueueProperties();
        if (entity.Member("Properties") is not { } node)
            return defaults;
        if (node.Flag("RequiresSession") == true)
            throw node.Wrong("RequiresSession", "the embedded bus has no sessions");
        return defaults with
        {
            LockDuration = node.Duration("LockDuration", TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(5)) ?? defaults.LockDuration,
            MaxDeliveryCount = node.Number("MaxDeliveryCount", 1, 2000) ?? defaults.MaxDeliveryCount,
            RequiresDuplicateDetection = node.Flag("RequiresDuplicateDetection") ?? false,
            DuplicateDetectionHistoryTimeWindow = node.Duration("DuplicateDetectionHistoryTimeWindow", TimeSpan.FromSeconds(20), TimeSpan.FromDays(7)) ?? defaults.DuplicateDetectionHistoryTimeWindow,
            DefaultMessageTimeToLive = node.Duration("DefaultMessageTimeToLive", TimeSpan.FromSeconds(1), TimeSpan.MaxValue) ?? defaults.DefaultMessageTimeToLive,
            DeadLetteringOnMessageExpiration = node.Flag("DeadLetteringOnMessageExpiration") ?? false,
        };
    }

    private static RuleFilter Rule(Node rule)
    {
        var properties = rule.Member("Properties") ?? throw rule.Wrong("Properties", "missing");
        if (properties.Member("Action") is not null)
            throw properties.Wrong("Action", "the embedded bus knows no rule actions");
        var type = properties.Text("FilterType") ?? throw properties.Wrong("FilterType", "missing");
        return type.ToUpperInvariant() switch
        {
            "TRUE" or "TRUEFILTER" => new RuleFilter.Always(),
            "FALSE" or "FALSEFILTER" => new RuleFilter.Never(),
            "CORRELATION" or "CORRELATIONFILTER" => Correlation(properties.Member("CorrelationFilter") ?? throw properties.Wrong("CorrelationFilter", "missing")),
            "SQL" or "SQLFILTER" => Sql(properties),
            _ => throw properties.Wrong("FilterType", $"'{type}' is not known (True, False or Correlation)"),
        };
    }

    private static RuleFilter Sql(Node properties) => properties.Member("SqlFilter")?.Text("SqlExpression")?.Replace(" ", "", StringComparison.Ordinal) switch
    {
        "1=1" => new RuleFilter.Always(),
        "1=0" => new RuleFilter.Never(),
        _ => throw properties.Wrong("SqlFilter", "the embedded bus knows no SQL filters other than 1=1 and 1=0; use a correlation filter"),
    };

    private static RuleFilter.Correlation Correlation(Node node) => new()
    {
        MessageId = node.Text("MessageId"),
        CorrelationId = node.Text("CorrelationId"),
        Subject = node.Text("Label") ?? node.Text("Subject"),
        To = node.Text("To"),
        ReplyTo = node.Text("ReplyTo"),
        ReplyToSessionId = node.Text("ReplyToSessionId"),
        SessionId = node.Text("SessionId"),
        ContentType = node.Text("ContentType"),
        Properties = node.Member("Properties")?.Values() ?? [],
    };

    /// <summary>A JSON element that knows where it stands.</summary>
    private readonly record struct Node(JsonElement Element, string Path)
    {
        public Node? Member(string name)
        {
            if (Element.ValueKind != JsonValueKind.Object)
                throw new FormatException($"{Path}: an object is expected.");
            return Element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? new Node(value, $"{Path}.{name}") : null;
        }

        public FormatException Wrong(string name, string finding) => new($"{Path}.{name}: {finding}.");

        public IEnumerable<Node> Items(string name)
        {
            if (Member(name) is not { } list)
                return [];
            if (list.Element.ValueKind != JsonValueKind.Array)
                throw new FormatException($"{list.Path}: a list is expected.");
            return list.Element.EnumerateArray().Select((item, index) => new Node(item, $"{list.Path}[{index}]"));
        }

        public string Name() => Text("Name") is { Length: > 0 } name ? name : throw Wrong("Name", "missing");

        public string? Text(string name) => Member(name) switch
        {
            null => null,
            { Element.ValueKind: JsonValueKind.String } node => node.Element.GetString() is { Length: > 0 } text ? text : null,
            _ => throw Wrong(name, "a text is expected"),
        };

        public bool? Flag(string name) => Member(name) switch
        {
            null => null,
            { Element.ValueKind: JsonValueKind.True } => true,
            { Element.ValueKind: JsonValueKind.False } => false,
            _ => throw Wrong(name, "true or false is expected"),
        };

        public int? Number(string name, int least, int most)
        {
            if (Member(name) is not { } node)
                return null;
            if (node.Element.ValueKind != JsonValueKind.Number || !node.Element.TryGetInt32(out var number) || number < least || number > most)
                throw Wrong(name, $"a number from {least} to {most} is expected");
            return number;
        }

        public TimeSpan? Duration(string name, TimeSpan least, TimeSpan most)
        {
            if (Text(name) is not { } text)
                return null;
            TimeSpan duration;
            try
            {
                duration = XmlConvert.ToTimeSpan(text);
            }
            catch (FormatException)
            {
                throw Wrong(name, $"'{text}' is no ISO 8601 duration like PT1M");
            }
            catch (OverflowException)
            {
                duration = TimeSpan.MaxValue;
            }

            if (duration < least || duration > most)
                throw Wrong(name, $"'{text}' is out of range: {XmlConvert.ToString(least)} to {XmlConvert.ToString(most)}");
            return duration;
        }

        public Dictionary<string, object> Values()
        {
            if (Element.ValueKind != JsonValueKind.Object)
                throw new FormatException($"{Path}: an object is expected.");
            var values = new Dictionary<string, object>(StringComparer.Ordinal);
            foreach (var member in Element.EnumerateObject())
            {
                values[member.Name] = member.Value.ValueKind switch
                {
                    JsonValueKind.String => member.Value.GetString()!,
                    JsonValueKind.True => true,
                    JsonValueKind.False => false,
                    JsonValueKind.Number when member.Value.TryGetInt64(out var number) => number,
                    JsonValueKind.Number => member.Value.GetDouble(),
                    _ => throw Wrong(member.Name, "a text, a number, true or false is expected"),
                };
            }

            return values;
        }
    }
}
