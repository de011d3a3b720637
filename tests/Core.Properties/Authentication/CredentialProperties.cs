using System.Text;
using FsCheck;
using FsCheck.Fluent;
using LanguageExt;
using PluginHost.Core.Policy.Authentication;
using PluginHost.Core.Properties.Handshake;
using PluginHost.Core.Protocol.Handshake;
using PluginHost.TestSupport;
using static LanguageExt.Prelude;

namespace PluginHost.Core.Properties.Authentication;

/// <summary>A request with offers, parameters and headers, some of which carry credentials.</summary>
public sealed record CarryingRequest(string[] Offers, (string Name, string Value)[] Parameters, (string Name, string Value)[] Lines)
{
    public override string ToString() => $"{string.Join(',', Offers)} ?{string.Join('&', Parameters)} {string.Join("; ", Lines)}";

    /// <summary>As the core reads it.</summary>
    internal UpgradeRequest Read()
    {
        var query = Parameters.Length == 0 ? "" : "?" + string.Join('&', Parameters.Select(one => $"{one.Name}={one.Value}"));
        var offers = Offers.Length == 0 ? "" : $"Sec-WebSocket-Protocol: {string.Join(", ", Offers)}\r\n";
        var head = $"GET /{query} HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
            + $"Sec-WebSocket-Version: 13\r\n{offers}{string.Concat(Lines.Select(line => $"{line.Name}: {line.Value}\r\n"))}\r\n";
        return ServerHandshake.Read(HandshakeGen.Bytes(head), HeadLimits.Default).IfLeft(rejection => throw new InvalidOperationException(rejection.Reply));
    }
}

/// <summary>Finding credentials and taking them out.</summary>
[Properties(Arbitrary = [typeof(CredentialProperties)])]
public sealed class CredentialProperties
{
    private static readonly BearerPlan Bearer = new("", Seq<TokenKeyPlan>(), TokenRules.Default, Some("t"), Some("b."));

    private static readonly AuthenticationPlan All = AuthenticationPlan.None with { Basic = new BasicPlan("", "u"), Bearer = Bearer };

    private static Gen<string> Value { get; } = Gen.OneOf(
        Gen.Elements("Basic", "Basic ", "Basic YW5uOng=", "basic \u00ff", "Bearer", "Bearer a.b.c", "Bearer a..", "Digest x", ""), HandshakeGen.Token);

    public static Arbitrary<CarryingRequest> Requests() => Arb.From(
        from offers in Gen.OneOf(HandshakeGen.Token, HandshakeGen.Token.Select(one => "b." + one), Gen.Elements("b.x.y.z", "B.x")).ListOf()
        from parameters in Gen.Elements(("t", "a.b.c"), ("T", "1"), ("x", "%20"), ("%74", "q"), ("", ""), ("x", "2")).ListOf()
        from lines in (
            from name in Gen.Elements("Authorization", "authorization", "Cookie", "X-T")
            from value in Value
            select (name, value)).ListOf()
        select new CarryingRequest([.. offers.Distinct().Take(6)], [.. parameters.Take(6)], [.. lines.Take(4)]));

    [Property(MaxTest = 3000)]
    public void Whatever_is_sent_is_a_credential_none_or_a_fault(CarryingRequest request) =>
        Assert.False(Credentials.Find(All, request.Read(), None).IsBottom);

    [Property(MaxTest = 3000)]
    public void Taking_credentials_out_leaves_everything_else_as_it_was_and_in_its_order(CarryingRequest request)
    {
        var before = request.Read();
        var after = CredentialStripping.Strip(All, before);
        Assert.Equal(before.Offered.Filter(one => !one.StartsWith("b.", StringComparison.Ordinal)), after.Offered);
        Assert.Equal(before.Head.Query.Filter(one => one.Name != "t"), after.Head.Query);
        bool IsOther(HeaderField line) => !line.Name.Equals("Authorization", StringComparison.OrdinalIgnoreCase) && line.Name != "Sec-WebSocket-Protocol";
        Assert.Equal(before.Head.Headers.Lines.Filter(IsOther), after.Head.Headers.Lines.Filter(IsOther));
        Assert.Equal(before with { Head = after.Head, Offered = after.Offered }, after);
        // What is left reads as what is left: header, target and query tell the same.
        Assert.Equal(after.Offered, after.Head.Headers.List("Sec-WebSocket-Protocol").IfNone(Seq<string>()));
        Assert.Equal(Some(after.Head.Target), RequestTarget.Parse(after.Head.Target.Raw));
    }

    [Property(MaxTest = 2000)]
    public void After_that_none_is_found_and_doing_it_again_changes_nothing(CarryingRequest request)
    {
        var after = CredentialStripping.Strip(All, request.Read());
        Assert.True(Credentials.Find(All, after, None).Match(found => found.IsNone, _ => false));
        Assert.Equal(after, CredentialStripping.Strip(All, after));
    }

    [Property(MaxTest = 1000)]
    public void A_route_that_asks_nobody_changes_nothing(CarryingRequest request)
    {
        var before = request.Read();
        Assert.Same(before, CredentialStripping.Strip(AuthenticationPlan.None, before));
    }

    [Property(MaxTest = 2000)]
    public void Basic_comes_back_as_it_was_written(NonNull<string> user, NonNull<string> password)
    {
        var (name, word) = (user.Get, password.Get);
        var read = Credentials.Basic(Credentials.WriteBasic(name, word));
        var isOne = name.Length > 0 && !(name + word).Any(char.IsControl) && IsWellFormed(name + word);
        if (!isOne) return; // what cannot be written faithfully need not come back
        var expected = (name + ":" + word).Split(':', 2); // the first colon separates, wherever it came from
        if (expected[0].Length == 0) Assert.True(read.IsLeft);
        else Assert.Equal(new Credential.Basic(expected[0], expected[1]), read.Match(one => one, _ => throw new InvalidOperationException()));
    }

    [Property(MaxTest = 3000)]
    public void Basic_reads_any_text(NonNull<string> text) => Assert.False(Credentials.Basic(text.Get).IsBottom);

    [Property(MaxTest = 3000)]
    public void A_token_is_kept_as_it_is_or_malformed(NonNull<string> text)
    {
        foreach (var token in (string[])[text.Get, text.Get + ".a.b", "a.b.c"])
            Credentials.Bearer(token).Match(one => Assert.Equal(new Credential.Bearer(token), one), fault => Assert.Equal(CredentialFault.MalformedToken, fault));
    }

    [Property(MaxTest = 3000)]
    public void A_payload_is_claims_or_a_fault(NonNull<string> text)
    {
        Assert.False(TokenClaims.Read(Encoding.UTF8.GetBytes(text.Get)).IsBottom);
        Assert.False(TokenClaims.Read(Encoding.UTF8.GetBytes("{\"sub\":" + text.Get + "}")).IsBottom);
    }

    [Property(MaxTest = 2000)]
    public void A_file_of_users_is_users_or_problems_within_it(NonNull<string> text)
    {
        var lines = text.Get.Split('\n');
        PasswordFile.Read(text.Get).IfLeft(problems =>
        {
            Assert.NotEmpty(problems);
            foreach (var problem in problems)
            {
                Assert.InRange(problem.Line, 1, lines.Length);
                Assert.InRange(problem.Column, 1, lines[problem.Line - 1].Length + 1);
            }
            return Seq<PasswordEntry>();
        });
    }

    private static bool IsWellFormed(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)) == text;
}
