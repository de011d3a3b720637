using FsCheck;
using FsCheck.Fluent;
using LanguageExt;
using PluginHost.Core.Policy.Authentication;
using PluginHost.Core.Properties.Handshake;
using PluginHost.Core.Protocol.Handshake;
using PluginHost.TestSupport;
using static LanguageExt.Prelude;

namespace PluginHost.Core.Properties.Authentication;

/// <summary>A certificate that lacks the name that is wanted names nobody, whatever other names it has.</summary>
public sealed class CertificateProperties
{
    private static readonly Gen<string> Name = Gen.Elements("", "charger-17", "CN=charger-17, O=Example", " ", ":");

    private static readonly Gen<CertificateFacts> SomeFacts =
        from subject in Name
        from common in Gen.OneOf(Gen.Constant(Option<string>.None), Name.Select(Some))
        from names in Name.Select(one => "dns:" + one).ArrayOf()
        select new CertificateFacts(subject, common, "CN=authority", new string('A', 64), names.ToSeq().Strict(), DateTimeOffset.UnixEpoch);

    private static readonly UpgradeRequest Request = ServerHandshake.Read(
        HandshakeGen.Bytes(
            "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"),
        HeadLimits.Default).IfLeft(rejection => throw new InvalidOperationException(rejection.Reply));

    [Property(MaxTest = 1000)]
    public Property Whoever_is_served_has_the_name_that_is_wanted_and_nobody_has_an_empty_one(CertificateUserName which) => Prop.ForAll(Arb.From(SomeFacts), facts =>
    {
        var wanted = which switch
        {
            CertificateUserName.CommonName => facts.CommonName.IfNone(""),
            CertificateUserName.AlternativeName => facts.Names.IsEmpty ? "" : facts.Names[0]["dns:".Length..],
            _ => facts.Subject,
        };
        var plan = AuthenticationPlan.None with { Certificate = new CertificateLoginPlan("", which, Seq<string>()), Anonymous = true };
        var answer = Authenticating.Begin(plan, Request, facts).Match(
            step => step.Match(known => known.Match(user => user.Name, () => "(nobody)"), (_, _) => "(password)", _ => "(token)", _ => "(plugin)"),
            rejection => $"({rejection.Status})");
        return answer == (wanted.Length == 0 ? "(403)" : wanted);
    });
}
