using YamlDotNet.Core;

namespace Formae.Protocol.Documents;

/// <summary>A YAML value before it becomes JSON: anchors are shared, merge keys not yet merged.</summary>
internal abstract class YamlValue
{
    private YamlValue(Position position) => Position = position;

    public Position Position { get; }

    public static Position At(Mark mark) => new((int)mark.Line, (int)mark.Column);

    public sealed class Scalar(Position position, string text, bool isPlain, string? tag) : YamlValue(position)
    {
        public string Text => text;

        /// <summary>Without quotes: what it is depends on what it looks like.</summary>
        public bool IsPlain => isPlain;

        public string? Tag => tag;
    }

    public sealed class Sequence(Position position) : YamlValue(position)
    {
        public List<YamlValue> Items { get; } = [];
    }

    public sealed class Mapping(Position position) : YamlValue(position)
    {
        public List<(Scalar Key, YamlValue Value)> Members { get; } = [];
    }

    /// <summary>Stands for an anchored value once more, where the alias is.</summary>
    public sealed class Alias(Position position, YamlValue target) : YamlValue(position)
    {
        public YamlValue Target => target;
    }
}
