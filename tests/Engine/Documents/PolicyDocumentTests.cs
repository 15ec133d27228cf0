using System.Text;
using Formae.Model;
using Formae.Protocol.Documents;

namespace Formae.Engine.Tests.Documents;

public sealed class PolicyDocumentTests
{
    [Fact]
    public void Policies_are_read_into_the_form_in_which_they_are_stored()
    {
        var forma = Read("""
            Stacks:
              - Label: web
                Policies:
                  - { Type: ttl, ExpiresAt: "2027-01-31T12:00:00.75+01:00" }
                  - { $ref: policy://nightly }
            Policies:
              - { Label: nightly, Type: auto-reconcile, IntervalSeconds: 300, LastReconcileAt: "2026-01-01T00:00:00Z" }
            """).Forma!;

        Assert.Equal(["""{"Type":"ttl","ExpiresAt":"2027-01-31T11:00:00Z"}""", """{"$ref":"policy://nightly"}"""], forma.Stacks[0].Policies!.Select(policy => policy.GetRawText()));
        Assert.Equal(["""{"Type":"auto-reconcile","Label":"nightly","IntervalSeconds":300}"""], forma.Policies.Select(policy => policy.GetRawText()));
    }

    [Theory]
    [InlineData("{ Type: ttl }", DiagnosticCodes.InvalidPolicy)]
    [InlineData("{ Type: ttl, TTLSeconds: 5, ExpiresAt: 2027-01-31T12:00:00Z }", DiagnosticCodes.InvalidPolicy)]
    [InlineData("{ Type: ttl, TTLSeconds: 0 }", DiagnosticCodes.InvalidPolicy)]
    [InlineData("{ Type: ttl, TTLSeconds: 9999999999999 }", DiagnosticCodes.InvalidPolicy)]
    [InlineData("{ Type: ttl, TTLSeconds: soon }", DiagnosticCodes.WrongType)]
    [InlineData("{ Type: ttl, ExpiresAt: tomorrow }", DiagnosticCodes.InvalidPolicy)]
    [InlineData("{ Type: ttl, ExpiresAt: 2027-02-30T12:00:00Z }", DiagnosticCodes.InvalidPolicy)]
    [InlineData("{ Type: ttl, ExpiresAt: 2027-01-31T12:00:00 }", DiagnosticCodes.InvalidPolicy)]
    [InlineData("{ Type: ttl, ExpiresAt: 1999-12-31T23:59:59Z }", DiagnosticCodes.InvalidPolicy)]
    [InlineData("{ Type: ttl, TTLSeconds: 5, OnDependents: ask }", DiagnosticCodes.UnknownValue)]
    [InlineData("{ Type: auto-reconcile }", DiagnosticCodes.MissingKey)]
    [InlineData("{ Type: auto-reconcile, IntervalSeconds: -1 }", DiagnosticCodes.InvalidPolicy)]
    [InlineData("{ Type: tll, TTLSeconds: 5 }", DiagnosticCodes.UnknownValue)]
    [InlineData("{ TTLSeconds: 5 }", DiagnosticCodes.MissingKey)]
    [InlineData("{ $ref: nightly }", DiagnosticCodes.InvalidPolicy)]
    [InlineData("{ $ref: 'policy://' }", DiagnosticCodes.InvalidPolicy)]
    [InlineData("nightly", DiagnosticCodes.WrongType)]
    public void A_policy_of_a_stack_that_says_too_little_or_what_cannot_be_is_wrong_where_it_stands(string policy, string code)
    {
        var reading = Read($"Stacks:\n  - Label: web\n    Policies:\n      - {policy}\n");

        Assert.Null(reading.Forma);
        var wrong = Assert.Single(reading.Diagnostics);
        Assert.Equal((code, 4), (wrong.Code, wrong.Line));
        Assert.StartsWith("Stacks[0].Policies[0]", wrong.Path, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Policies: [{ Type: ttl, TTLSeconds: 5 }]", DiagnosticCodes.MissingKey)]
    [InlineData("Policies: [{ $ref: policy://x }]", DiagnosticCodes.InvalidPolicy)]
    [InlineData("Policies: [{ Label: a, Type: ttl, TTLSeconds: 5 }, { Label: a, Type: ttl, TTLSeconds: 6 }]", DiagnosticCodes.DuplicatePolicy)]
    [InlineData("Stacks: [{ Label: web, Policies: [{ Type: ttl, TTLSeconds: 5 }, { Type: ttl, TTLSeconds: 6 }] }]", DiagnosticCodes.DuplicatePolicy)]
    [InlineData("Stacks: [{ Label: web, Policies: [{ $ref: policy://x }, { $ref: policy://x }] }]", DiagnosticCodes.DuplicatePolicy)]
    public void A_policy_out_of_place_or_there_twice_is_wrong(string document, string code) => Assert.Equal(code, Assert.Single(Read(document).Diagnostics).Code);

    [Fact]
    public void A_key_of_another_type_of_policy_is_pointed_out()
    {
        var reading = Read("Policies: [{ Label: a, Type: ttl, TTLSeconds: 5, IntervalSeconds: 5 }]");

        Assert.NotNull(reading.Forma);
        Assert.Equal((Severity.Warning, DiagnosticCodes.UnknownKey), (Assert.Single(reading.Diagnostics).Severity, reading.Diagnostics[0].Code));
    }

    private static FormaReading Read(string yaml) => FormaReader.Read(Encoding.UTF8.GetBytes(yaml), DocumentFormat.Yaml);
}
