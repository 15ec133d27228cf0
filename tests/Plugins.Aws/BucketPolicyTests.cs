using Formae.Engine.Tests;
using FsCheck;
using FsCheck.Fluent;

namespace Formae.Plugins.Aws.Tests;

/// <summary>Which policies mean the same, and which do not.</summary>
public sealed class BucketPolicyTests
{
    private const int Cases = 1000;

    [Fact]
    public void However_a_policy_is_written_it_means_the_same() => Holds((policy, random) =>
    {
        var (one, other) = (policy.Spelled(random), policy.Spelled(random));
        return BucketPolicy.IsSame(one, other, "aws") ? null : $"{one}{Environment.NewLine}{other}{Environment.NewLine}{BucketPolicy.Normal(one, "aws")}{Environment.NewLine}{BucketPolicy.Normal(other, "aws")}";
    });

    [Fact]
    public void The_normal_form_is_its_own_normal_form() => Holds((policy, random) =>
    {
        var normal = BucketPolicy.Normal(policy.Spelled(random), "aws")!;
        return BucketPolicy.Normal(normal, "aws") == normal ? null : normal;
    });

    [Fact]
    public void Two_policies_are_the_same_only_where_they_say_the_same() => Holds((policy, random) =>
    {
        // Half of them differ in one statement alone.
        var other = PolicyCase.Draw(random);
        if (random.Next(2) == 0)
            other = policy with { Statements = [.. policy.Statements.Skip(1), other.Statements[0]] };
        var (one, two) = (policy.Spelled(random), other.Spelled(random));
        return BucketPolicy.IsSame(one, two, "aws") == (policy.Meaning == other.Meaning) ? null : $"{one}{Environment.NewLine}{two}";
    });

    [Theory]
    [InlineData("""{ "AWS": "111122223333" }""", """{ "AWS": ["arn:aws:iam::111122223333:root"] }""", true)]
    [InlineData("""{ "AWS": ["111122223333", "arn:aws:iam::111122223333:root"] }""", """{ "AWS": "111122223333" }""", true)]
    [InlineData("""{ "AWS": "111122223333" }""", """{ "AWS": "111122223334" }""", false)]
    [InlineData("""{ "AWS": "111122223333" }""", """{ "AWS": "arn:aws-cn:iam::111122223333:root" }""", false)]
    [InlineData("""{ "AWS": "111122223333" }""", """{ "AWS": "arn:aws:iam::111122223333:user/root" }""", false)]
    [InlineData("""{ "AWS": "111122223333" }""", """{ "Federated": "arn:aws:iam::111122223333:root" }""", false)]
    [InlineData("""{ "CanonicalUser": "111122223333" }""", """{ "CanonicalUser": "arn:aws:iam::111122223333:root" }""", false)]
    [InlineData("\"*\"", """{ "AWS": "*" }""", false)]
    [InlineData("""{ "AWS": [] }""", """{ }""", false)]
    public void Principals(string one, string other, bool isSame) => Assert.Equal(isSame, BucketPolicy.IsSame(Policy(one), Policy(other), "aws"));

    [Fact]
    public void An_account_belongs_to_the_partition_of_its_bucket() =>
        Assert.True(BucketPolicy.IsSame(Policy("""{ "AWS": "111122223333" }"""), Policy("""{ "AWS": "arn:aws-cn:iam::111122223333:root" }"""), "aws-cn"));

    [Theory]
    [InlineData("no json", "no json ", false)]
    [InlineData("no json", "no json", true)]
    [InlineData("[1, 2]", "[1,2]", false)]
    [InlineData("""{ "Id": "a", "Id": "b" }""", """{ "Id": "b" }""", false)]
    [InlineData("""{ "Id": "\ud800" }""", """{"Id":"\ud800"}""", false)]
    [InlineData("""{ "Id": "\u0041" }""", """{ "Id": "A" }""", true)]
    [InlineData("""{ "Statement": { "Condition": { "Bool": { "a:b": "1", "A:B": "2" } } } }""", """{ "Statement": { "Condition": { "Bool": { "a:b": "2", "A:B": "1" } } } }""", false)]
    [InlineData("""{ "Statement": [[1, 2]] }""", """{ "Statement": [[2, 1]] }""", false)]
    [InlineData("""{ "Statement": 7, "Other": { "b": 1, "a": null } }""", """{ "Other": { "a": null, "b": 1 }, "Statement": [7] }""", true)]
    public void What_is_no_policy_is_compared_as_far_as_it_is_understood(string one, string other, bool isSame)
    {
        Assert.Equal(isSame, BucketPolicy.IsSame(one, other, "aws"));
        Assert.Equal(isSame ? one : other, BucketPolicy.InWordsOf(one, other, "aws"));
    }

    [Fact]
    public void No_policy_is_the_same_as_no_policy_alone()
    {
        Assert.Null(BucketPolicy.InWordsOf(null, null, "aws"));
        Assert.Null(BucketPolicy.InWordsOf("{}", null, "aws"));
        Assert.Equal("{}", BucketPolicy.InWordsOf(null, "{}", "aws"));
    }

    private static string Policy(string principal) => $$"""{ "Statement": [{ "Effect": "Allow", "Principal": {{principal}}, "Action": "s3:*", "Resource": "*" }] }""";

    private static void Holds(Func<PolicyCase, System.Random, string?> holds) => Prop.ForAll(PolicyCase.Any, ArbMap.Default.ArbFor<int>(), (policy, seed) =>
    {
        var wrong = holds(policy, new System.Random(seed));
        return wrong is null ? true.ToProperty() : false.Label(wrong);
    }).Check(PropertyCases.Of(Cases));
}
