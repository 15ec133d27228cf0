using System.Text;
using Formae.Model;
using Formae.Protocol.Documents;

namespace Formae.Engine.Tests.Documents;

public sealed class DocumentFuzzTests
{
    private static readonly byte[][] Seeds =
    [
        """{"Stacks":[{"Label":"web","Description":"é😀"}],"Targets":[{"Label":"eu","Namespace":"DEMO","Config":{"R":[1,2.5e3,true,null]}}],"Resources":[{"Label":"a\u0041","Type":"A::B::C","Schema":{"Fields":["x"],"Hints":{"x":{"CreateOnly":true}}},"Properties":{"x":{"$res":true}}}]}"""u8.ToArray(),
        "Stacks:\n  - &a {Label: web, Description: \"é\"}\n  - <<: *a\n    Label: 'two'\nTargets:\n- Label: eu\n  Namespace: DEMO\n  Config:\n    Text: |\n      block\n    Folded: >-\n      more\n    Numbers: [0x1F, 1.5, .inf, ~]\nResources: []\n"u8.ToArray(),
    ];

    [Theory]
    [InlineData(1), InlineData(2), InlineData(3), InlineData(4)]
    public void Whatever_the_bytes_reading_answers_and_never_throws(int seed)
    {
        var random = new Random(seed);
        for (var i = 0; i < 5_000; i++)
        {
            var bytes = i % 10 == 0 ? Noise(random) : Mutate(Seeds[random.Next(Seeds.Length)], random);
            foreach (var format in (DocumentFormat[])[DocumentFormat.Json, DocumentFormat.Yaml])
            {
                FormaReading reading;
                try
                {
                    reading = FormaReader.Read(bytes, format);
                }
                catch (Exception problem)
                {
                    throw new Xunit.Sdk.XunitException($"seed {seed}, document {i}, {format}, {Convert.ToBase64String(bytes)}: {problem}");
                }

                var isWrong = reading.Diagnostics.Any(diagnostic => diagnostic.Severity == Severity.Error);
                Assert.True(reading.Forma is null == isWrong, $"seed {seed}, document {i}, {format}: {Encoding.UTF8.GetString(bytes)}");
                Assert.All(reading.Diagnostics, diagnostic => Assert.True(diagnostic.Line >= 1 && diagnostic.Column >= 1, $"seed {seed}, document {i}: {diagnostic}"));
            }
        }
    }

    private static byte[] Noise(Random random)
    {
        var bytes = new byte[random.Next(80)];
        const string alphabet = "{}[]\",:-&*!|>'%@`#?~ \n\t\\abc01.$<";
        for (var i = 0; i < bytes.Length; i++)
            bytes[i] = random.Next(40) == 0 ? (byte)random.Next(256) : (byte)alphabet[random.Next(alphabet.Length)];
        return bytes;
    }

    private static byte[] Mutate(byte[] seed, Random random)
    {
        var bytes = seed.ToList();
        for (var n = random.Next(1, 6); n > 0; n--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(5))
            {
                case 0:
                    bytes.RemoveRange(at, Math.Min(random.Next(1, 10), bytes.Count - at));
                    break;
                case 1:
                    bytes.Insert(at, (byte)"{}[]\",:-&*!|>'%@`#?~ \n\t\\"[random.Next(24)]);
                    break;
                case 2:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 3:
                    bytes.InsertRange(at, bytes.GetRange(at, Math.Min(random.Next(1, 30), bytes.Count - at)));
                    break;
                default:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
            }

            if (bytes.Count == 0)
                break;
        }

        return [.. bytes];
    }
}
