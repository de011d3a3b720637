using PluginHost.Core.Serving.Plans;
using PluginHost.Core.Text;
using static LanguageExt.Prelude;
using static PluginHost.Core.Tests.Configuration.Reading;

namespace PluginHost.Core.Tests.Configuration;

public class TlsTests
{
    [Fact]
    public void A_listener_without_tls_has_none() => Assert.True(Plan("{}").Listeners[0].Tls.IsNone);

    [Fact]
    public void Everything_that_is_written_is_in_the_plan()
    {
        var tls = Of("""
            { "certificate": "a.pem", "key": "{file:a.key}", "minimumVersion": "1.3", "clientCertificate": "request", "clientAuthorities": "ca.pem",
              "certificates": [{ "certificate": "b.pfx", "password": "{env:B}", "names": ["b.example", "*.b.example"] }] }
            """);

        Assert.Equal(("/listeners/0/tls", true, ClientCertificates.Request), (tls.Pointer, tls.OnlyTls13, tls.ClientCertificates));
        Assert.Equal(Some("ca.pem"), tls.ClientAuthorities);
        Assert.Equal(
            new CertificatePlan("/listeners/0/tls", "a.pem", Some<Secret>(new Secret.File("a.key")), None, None), tls.Certificates[0]);
        Assert.Equal(
            new CertificatePlan(
                "/listeners/0/tls/certificates/0", "b.pfx", None, Some<Secret>(new Secret.Environment("B")), Some(Seq("b.example", "*.b.example"))),
            tls.Certificates[1]);
    }

    [Fact]
    public void Suites_are_kept_in_their_order()
    {
        Assert.Equal(Seq("TLS_B", "TLS_A_1"), Of("""{ "certificate": "a", "cipherSuites": ["TLS_B", "TLS_A_1"] }""").CipherSuites);
        Assert.Equal(Seq1("TLS_" + new string('A', 96)), Of($$"""{ "certificate": "a", "cipherSuites": ["TLS_{{new string('A', 96)}}"] }""").CipherSuites);
        Assert.True(Of("""{ "certificate": "a" }""").CipherSuites.IsEmpty);
    }

    [Fact]
    public void The_defaults_are_tls_1_2_and_no_certificates_of_clients()
    {
        var tls = Of("""{ "certificate": "a.pem" }""");

        Assert.False(tls.OnlyTls13);
        Assert.Equal(ClientCertificates.None, tls.ClientCertificates);
        Assert.Equal(1, tls.Certificates.Count);
    }

    [Theory]
    [InlineData("{}", "", "the key \"certificate\" is missing")]
    [InlineData("""{ "certificate": "" }""", "/certificate", "a path must not be empty")]
    [InlineData("""{ "certificate": "a", "minimumVersion": "1.1" }""", "/minimumVersion", "expected one of \"1.2\", \"1.3\"")]
    [InlineData("""{ "certificate": "a", "cipherSuites": [] }""", "/cipherSuites", "name a suite, or leave the key out")]
    [InlineData("""{ "certificate": "a", "cipherSuites": ["AES128-SHA"] }""", "/cipherSuites/0", "expected the registered name of a cipher suite")]
    [InlineData("""{ "certificate": "a", "cipherSuites": ["TLS_"] }""", "/cipherSuites/0", "expected the registered name of a cipher suite")]
    [InlineData("""{ "certificate": "a", "cipherSuites": ["TLS_A"], "minimumVersion": "1.3" }""", "/cipherSuites", "leave one of the two out")]
    [InlineData("""{ "certificate": "a", "clientCertificate": "maybe" }""", "/clientCertificate", "expected one of \"none\", \"request\", \"require\"")]
    [InlineData("""{ "certificate": "a", "clientCertificate": "require" }""", "/clientCertificate", "verified with \"clientAuthorities\", which is missing")]
    [InlineData("""{ "certificate": "a", "clientAuthorities": "b" }""", "/clientAuthorities", "no client is asked for a certificate")]
    [InlineData("""{ "certificate": "a", "certificates": [{}] }""", "/certificates/0", "the key \"certificate\" is missing")]
    [InlineData("""{ "certificate": "a", "certificates": [{ "certificate": "b", "names": ["a b"] }] }""", "/certificates/0/names/0", "expected a host name")]
    [InlineData("""{ "certificate": "a", "key": 5 }""", "/key", "expected text (path or secret)")]
    [InlineData("""{ "certificate": "a", "key": "" }""", "/key", "a secret must not be empty")]
    [InlineData("""{ "certificate": "a", "key": "{file:}" }""", "/key", "a path must not be empty")]
    [InlineData("""{ "certificate": "a", "password": "{env:}" }""", "/password", "is no name of an environment variable")]
    [InlineData("""{ "certificate": "a", "password": "{env:A=B}" }""", "/password", "is no name of an environment variable")]
    [InlineData("""{ "certificate": "a", "password": "{env:A\u0007}" }""", "/password", "is no name of an environment variable")]
    public void What_is_wrong_is_one_problem_at_its_place(string tls, string pointer, string message)
    {
        var problem = Problem($$"""{ "listeners": [{ "tls": {{tls}} }] }""");

        Assert.Equal("/listeners/0/tls" + pointer, problem.Pointer);
        Assert.Contains(message, problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(253, true)]
    [InlineData(254, false)]
    public void A_name_to_be_asked_for_is_bounded(int length, bool accepted) => Assert.Equal(
        accepted, Read($$"""{ "listeners": [{ "tls": { "certificate": "a", "certificates": [{ "certificate": "b", "names": ["{{new string('n', length)}}"] }] } }] }""").IsRight);

    [Theory]
    [InlineData("/x", """{ "x": "{env:}" }""")]
    [InlineData("/x", """{ "x": "{env:A=B}" }""")]
    [InlineData("/x", """{ "x": "{file:}" }""")]
    [InlineData("/n/1/y", """{ "n": [1, { "y": "{file:a\u0000b}" }] }""")]
    public void A_broken_secret_of_a_plugin_is_a_problem_at_its_place(string pointer, string options)
    {
        Assert.Equal("/plugins/entries/a/options" + pointer, Problem($$$"""{ "plugins": { "entries": { "a": { "options": {{{options}}} } } } }""").Pointer);
    }

    [Fact]
    public void No_secret_is_printed_by_a_plan_or_a_problem()
    {
        var plan = Plan("""{ "listeners": [{ "tls": { "certificate": "a", "key": "hush-1", "password": "{env:HUSH_2}" } }] }""");

        Assert.DoesNotContain("hush", plan.ToString(), StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("hush", Problem("""{ "listeners": [{ "tls": { "certificate": "a", "key": ["hush"] } }] }""").Message);
    }

    [Fact]
    public void Secrets_of_plugins_are_put_where_they_belong()
    {
        var plan = Plan("""
            { "plugins": { "entries": { "a": { "options": { "x": "{env:X}", "n": [1, { "y": "{file:y}" }, "{name}"], "z": 2 } } } } }
            """);
        var options = plan.Plugins.Entries[0].Options.IfNone(() => throw new InvalidOperationException());

        Assert.Equal(Seq<Secret>(new Secret.Environment("X"), new Secret.File("y")), options.Secrets.Map(one => one.Secret));
        Assert.Equal(Seq("/plugins/entries/a/options/x", "/plugins/entries/a/options/n/1/y"), options.Secrets.Map(one => one.Pointer));
        Assert.Equal(
            """{"x":"q\u0022\\","n":[1,{"y":""},"{name}"],"z":2}""", options.WithSecrets(Seq("q\"\\", "")));
    }

    private static ServerPlan Plan(string json) => Read(json).IfLeft(problems => throw new InvalidOperationException(string.Join('\n', problems)));

    private static TlsPlan Of(string tls) =>
        Plan($$"""{ "listeners": [{ "tls": {{tls}} }] }""").Listeners[0].Tls.IfNone(() => throw new InvalidOperationException());
}
