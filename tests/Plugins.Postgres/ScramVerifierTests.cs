namespace Formae.Plugins.Postgres.Tests;

public sealed class ScramVerifierTests
{
    [Fact]
    public void A_verifier_is_that_of_the_standard()
    {
        // RFC 7677: password 'pencil', this salt, 4096 rounds. Its server signature was made with this server key, its client proof with this stored key.
        var verifier = ScramVerifier.Of("pencil", Convert.FromBase64String("W22ZaJ0SNY7soEsUEjb6gQ=="));

        Assert.Equal("SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=", verifier);
    }

    [Fact]
    public void A_verifier_is_another_one_each_time_and_does_not_have_the_password()
    {
        Assert.NotEqual(ScramVerifier.Of("correct horse"), ScramVerifier.Of("correct horse"));
        Assert.DoesNotContain("correct horse", ScramVerifier.Of("correct horse"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_verifier_in_the_place_of_a_password_stays_one() => Assert.Equal("SCRAM-SHA-256$4096:a$b:c", ScramVerifier.Of("SCRAM-SHA-256$4096:a$b:c"));

    [Theory]
    [InlineData("")]
    [InlineData("pass\u00A0word")]
    [InlineData("I\u00ADX")]
    [InlineData("\u2168")]
    [InlineData("u\u0308ber")]
    public void A_password_that_clients_would_prepare_first_is_refused_and_not_repeated(string password)
    {
        var refused = Assert.Throws<RefusedException>(() => ScramVerifier.Of(password));

        Assert.Contains("'Password'", refused.Problem.Message, StringComparison.Ordinal);
        Assert.True(password.Length == 0 || !refused.Problem.Message.Contains(password, StringComparison.Ordinal));
    }
}
